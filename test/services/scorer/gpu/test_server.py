"""The service over a real socket: what it answers, whom it refuses, and how it ends."""

from __future__ import annotations

import base64
import http.client
import json
import re
import socket
import tempfile
import threading
import unittest
from pathlib import Path
from typing import Any

import numpy as np
import uvicorn
from backstory_scorer.http.server import BODY_BYTES_MAX, create_app
from backstory_scorer.settings import Settings
from backstory_scorer.start import open_service
from test_engine import Gate
from tiny_models import END, Random, make_model, plain_logprobs

KEY = "a key of this test"


class Served:
    """A server in a thread of its own."""

    def __init__(self, folder: Path, **settings: Any) -> None:
        self.service = open_service(Settings(str(folder), batch_tokens=200, **settings))
        app = create_app(self.service, KEY)
        config = uvicorn.Config(app, log_level="critical", timeout_graceful_shutdown=30)
        self.server = uvicorn.Server(config)
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port = self.listener.getsockname()[1]
        run = {"sockets": [self.listener]}
        self.thread = threading.Thread(target=self.server.run, kwargs=run, daemon=True)
        self.thread.start()

    def close(self) -> None:
        self.server.should_exit = True
        self.thread.join(60)
        self.service.engine.close()

    def ask(
        self, method: str, path: str, body: bytes | None = None, key: str | None = KEY
    ) -> tuple[int, dict[str, str], Any]:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
        headers = {} if key is None else {"Authorization": f"Bearer {key}"}
        connection.request(method, path, body, headers)
        response = connection.getresponse()
        raw = response.read()
        connection.close()
        named = {name.lower(): value for name, value in response.getheaders()}
        json_form = named.get("content-type", "").startswith("application/json")
        return response.status, named, json.loads(raw) if json_form else raw.decode()

    def score(self, **fields: Any) -> Any:
        status, _headers, answer = self.ask("POST", "/v1/score", json.dumps(fields).encode())
        assert status == 200, answer
        return answer

    def complete(self, **fields: Any) -> tuple[int, Any]:
        asked = {"model": "any", "echo": True, "logprobs": 0, "max_tokens": 0, **fields}
        status, _headers, answer = self.ask("POST", "/v1/completions", json.dumps(asked).encode())
        return status, answer


class Case(unittest.TestCase):
    @classmethod
    def setUpClass(cls) -> None:
        cls.parent = tempfile.TemporaryDirectory()
        cls.folder = make_model("qwen3", Path(cls.parent.name))
        cls.served = Served(cls.folder)

    @classmethod
    def tearDownClass(cls) -> None:
        cls.served.close()
        cls.parent.cleanup()

    def refused(self, body: bytes, code: str, status: int, *words: str) -> None:
        got, _headers, answer = self.served.ask("POST", "/v1/score", body)
        self.assertEqual((got, answer["error"]["code"]), (status, code), answer)
        for word in words:
            self.assertIn(word, answer["error"]["message"])


class Score(Case):
    def test_text_and_ids_give_the_scores_of_the_model(self) -> None:
        text = self.served.service.text
        context, thoughts, target = "def add(a, b):\n", ["", "# sum é\n"], "    return a + b\n"
        ids = [text.encode(each, "").ids for each in (context, *thoughts, target)]
        item = {"context": context, "candidates": thoughts, "target": target}
        same = {"context": ids[0], "candidates": ids[1:3], "target": ids[3]}
        answer = self.served.score(items=[item, same], per_token=True)
        self.assertEqual(answer["configuration"], self.served.service.identity.configuration)
        first, second = answer["items"]
        for one, other in zip(first["candidates"], second["candidates"], strict=True):
            self.assertAlmostEqual(one["sum"], other["sum"], places=4)
        self.assertEqual(first["target_tokens"], len(ids[3]))
        self.assertEqual(first["target_ends"][-1], len(target))
        self.assertNotIn("target_ends", second)
        for candidate, thought in zip(first["candidates"], ids[1:3], strict=True):
            values = np.frombuffer(base64.b64decode(candidate["logprobs"]), dtype="<f4")
            right = plain_logprobs(self.folder, ids[0] + thought, ids[3]).numpy()
            self.assertLess(np.abs(values - right).max(), 1e-4)
            self.assertAlmostEqual(candidate["sum"], float(values.sum(dtype="f8")), places=6)
            self.assertEqual(candidate["thought_tokens"], len(thought))

    def test_a_context_goes_over_the_wire_once(self) -> None:
        item = {"context": "once and no more", "candidates": ["a"], "target": "b"}
        [first] = self.served.score(items=[item])["items"]
        again = {"context_key": first["context_key"], "candidates": ["a"], "target": "b"}
        [second] = self.served.score(items=[again])["items"]
        self.assertEqual(second["cached_tokens"], first["context_tokens"] - 1)
        self.require_alike(second, first)
        self.assertNotIn("logprobs", first["candidates"][0])
        unknown = again | {"context_key": "00"}
        [third, fourth] = self.served.score(items=[unknown, again])["items"]
        self.assertEqual(third["error"]["code"], "CONTEXT_UNKNOWN")
        self.require_alike(fourth, first)

    def require_alike(self, item: Any, other: Any) -> None:
        for one, two in zip(item["candidates"], other["candidates"], strict=True):
            self.assertAlmostEqual(one["sum"], two["sum"], places=4)

    def test_an_empty_context_begins_with_the_end_of_another_text(self) -> None:
        item = {"context": "", "candidates": ["", "a"], "target": "bc"}
        [answer] = self.served.score(items=[item], per_token=True)["items"]
        ids = self.served.service.text.encode("bc", "").ids
        values = np.frombuffer(base64.b64decode(answer["candidates"][0]["logprobs"]), "<f4")
        right = plain_logprobs(self.folder, [0], ids).numpy()
        self.assertLess(np.abs(values - right).max(), 1e-4)

    def test_special_tokens_in_a_text_are_letters(self) -> None:
        item = {"context": f"x{END}y", "candidates": [END], "target": END}
        [answer] = self.served.score(items=[item])["items"]
        self.assertGreater(answer["target_tokens"], 3)
        self.assertGreater(answer["context_tokens"], 4)

    def test_a_candidate_that_is_too_long_fails_alone(self) -> None:
        item = {"context": "c", "candidates": ["short", "long " * 400], "target": "t"}
        [answer] = self.served.score(items=[item])["items"]
        self.assertIn("sum", answer["candidates"][0])
        self.assertEqual(answer["candidates"][1]["error"]["code"], "TOO_LONG")

    def test_what_is_no_request_is_refused_with_its_field(self) -> None:
        good = {"context": "c", "candidates": ["z"], "target": "t"}

        def body(**changes: Any) -> bytes:
            return json.dumps({"items": [{**good, **changes}]}).encode()

        for raw, *words in (
            (b"", "truncated"),
            (b"\xff\x00", "JSON"),
            (b"[]", "object"),
            (b'{"items":[]}', "items"),
            (b'{"items":[{"context":"c","candidates":["z"],"target":NaN}]}', "JSON"),
            (b'{"items":[{"context":"c","candidates":["\\ud800"],"target":"t"}]}', "surrogate"),
            (body(target=5), "$.items[0].target"),
            (body(target=""), "items[0].target"),
            (body(target=[1.5]), "$.items[0].target"),
            (body(candidates=[]), "items[0].candidates"),
            (body(candidates="z"), "$.items[0].candidates"),
            (body(candidates=["z", [1, -1]]), "items[0].candidates[1]", "-1"),
            (body(candidates=[[320]]), "items[0].candidates[0]", "319"),
            (body(context=[2**63]), "items[0].context"),
            (body(context=None), "context_key"),
            (body(context_key="ab"), "either"),
            (body(contxt="c"), "contxt"),
        ):
            if b"-1" in raw:
                words = words[:1]
            self.refused(raw, "BAD_REQUEST", 400, *words)

    def test_a_body_that_is_too_large_is_refused_at_once(self) -> None:
        connection = http.client.HTTPConnection("127.0.0.1", self.served.port, timeout=60)
        connection.putrequest("POST", "/v1/score")
        connection.putheader("Authorization", f"Bearer {KEY}")
        connection.putheader("Content-Length", str(BODY_BYTES_MAX + 1))
        connection.endheaders()
        response = connection.getresponse()
        self.assertEqual(response.status, 413)
        self.assertEqual(json.loads(response.read())["error"]["code"], "BODY_TOO_LARGE")
        connection.close()


class Routes(Case):
    def test_a_key_is_asked_for_where_the_model_works(self) -> None:
        for path in ("/v1/score", "/v1/completions"):
            for key in (None, "", "wrong", KEY + "x", "é"):
                status, _headers, answer = self.served.ask("POST", path, b"{}", key)
                self.assertEqual((status, answer["error"]["code"]), (401, "UNAUTHORIZED"))
        self.assertEqual(self.served.ask("GET", "/v1/models", key=None)[0], 401)
        self.assertEqual(self.served.ask("GET", "/v1/models")[0], 200)

    def test_it_says_what_it_is(self) -> None:
        status, _headers, health = self.served.ask("GET", "/health", key=None)
        self.assertEqual(status, 200)
        self.assertEqual(health["status"], "ok")
        self.assertEqual((health["dtype"], health["kernel"]), ("float32", "cpu-flash"))
        self.assertEqual(health["model"], self.folder.name)
        self.assertEqual(health["limits"]["context_tokens"], 512)
        self.assertNotIn(str(self.folder.parent), json.dumps(health))
        self.assertEqual(self.served.ask("GET", "/readyz", key=None)[0], 200)

    def test_metrics_count_what_was_done(self) -> None:
        item = {"context": "some metrics", "candidates": ["a", "b"], "target": "c"}
        before = self.metric("candidates_total", 'outcome="ok"')
        self.served.score(items=[item])
        self.assertEqual(self.metric("candidates_total", 'outcome="ok"'), before + 2)
        self.assertGreater(self.metric("tokens_total", 'kind="candidate"'), 0)
        self.assertGreater(self.metric("cache_bytes"), 0)
        self.assertGreater(self.metric("memory_bytes"), 0)
        self.assertEqual(self.metric("queue_tokens"), 0)

    def metric(self, name: str, labels: str = "") -> float:
        _status, _headers, text = self.served.ask("GET", "/metrics", key=None)
        full = f"backstory_scorer_{name}" + (f"{{{labels}}}" if labels else "")
        for line in text.splitlines():
            if line.startswith(f"{full} "):
                return float(line.split()[-1])
        return 0

    def test_other_paths_and_methods_are_coded_errors(self) -> None:
        status, _headers, answer = self.served.ask("GET", "/v1/none")
        self.assertEqual((status, answer["error"]["code"]), (404, "NOT_FOUND"))
        status, _headers, answer = self.served.ask("GET", "/v1/score")
        self.assertEqual((status, answer["error"]["code"]), (405, "METHOD_NOT_ALLOWED"))


class Completions(Case):
    def test_the_echo_holds_the_same_numbers(self) -> None:
        text, rest = "def add(a, b):\n", "    return é\n"
        ids = self.served.service.text.encode(text + rest, "").ids
        right = plain_logprobs(self.folder, ids[:1], ids[1:]).tolist()
        for prompt in (text + rest, ids, [ids], [text + rest]):
            status, answer = self.served.complete(prompt=prompt)
            self.assertEqual(status, 200, answer)
            [choice] = answer["choices"]
            values = choice["logprobs"]["token_logprobs"]
            self.assertIsNone(values[0])
            self.assertLess(np.abs(np.array(values[1:]) - np.array(right)).max(), 1e-4)
            self.assertEqual(answer["usage"]["completion_tokens"], 0)
            tokens = choice["logprobs"]["tokens"]
            self.assertEqual(len(tokens), len(ids))
            self.assertIn("bytes:\\xc3", tokens)

    def test_one_token_more_is_the_most_likely(self) -> None:
        draw = Random(1)
        prompts = [draw.ids(9), draw.ids(30)]
        status, answer = self.served.complete(prompt=prompts, logprobs=1, max_tokens=1)
        self.assertEqual(status, 200, answer)
        self.assertEqual([each["index"] for each in answer["choices"]], [0, 1])
        for choice, ids in zip(answer["choices"], prompts, strict=True):
            found = choice["logprobs"]
            sizes = {len(found[name]) for name in found}
            self.assertEqual(sizes, {len(ids) + 1})
            last = max(plain_logprobs(self.folder, ids, [each]).item() for each in range(320))
            self.assertAlmostEqual(found["token_logprobs"][-1], last, places=3)
            last_token = re.sub(r"^bytes:.*", "?", found["tokens"][-1])
            self.assertEqual(len(choice["text"]), found["text_offset"][-1] + len(last_token))
        self.assertEqual(answer["usage"]["completion_tokens"], 2)

    def test_what_is_not_a_score_is_refused_by_name(self) -> None:
        for field, value in (
            ("echo", False),
            ("logprobs", None),
            ("logprobs", 5),
            ("max_tokens", 16),
            ("stream", True),
            ("n", 2),
            ("unheard_of", 1),
        ):
            status, answer = self.served.complete(prompt="some text", **{field: value})
            self.assertEqual((status, answer["error"]["code"]), (400, "UNSUPPORTED"), field)
            self.assertIn(field, answer["error"]["message"])
        for prompt in ("", "a", [], [[]], [1, "a"], [500, 1], {}):
            status, answer = self.served.complete(prompt=prompt)
            self.assertEqual((status, answer["error"]["code"]), (400, "BAD_REQUEST"), prompt)


class Ends(unittest.TestCase):
    @classmethod
    def setUpClass(cls) -> None:
        cls.parent = tempfile.TemporaryDirectory()
        cls.folder = make_model("llama", Path(cls.parent.name))

    @classmethod
    def tearDownClass(cls) -> None:
        cls.parent.cleanup()

    def setUp(self) -> None:
        self.served = Served(self.folder, queue_tokens=50)
        self.addCleanup(self.served.close)
        self.gate = Gate(self.served.service.engine._model, "score")
        self.gate.patch.start()
        self.addCleanup(self.gate.patch.stop)
        self.addCleanup(self.gate.open.set)
        self.answers: list[Any] = []
        self.asking = threading.Thread(target=self.ask_once)
        self.asking.start()
        self.assertTrue(self.gate.reached.wait(60))

    def ask_once(self) -> None:
        item = {"context": "c", "candidates": ["z" * 60], "target": "t"}
        self.answers.append(self.served.score(items=[item]))

    def test_a_full_line_says_when_to_come_again(self) -> None:
        body = json.dumps({"items": [{"context": "d", "candidates": ["z"], "target": "t"}]})
        status, headers, answer = self.served.ask("POST", "/v1/score", body.encode())
        self.assertEqual((status, answer["error"]["code"]), (429, "QUEUE_FULL"))
        self.assertGreaterEqual(int(headers["retry-after"]), 1)
        self.assertEqual(self.served.ask("GET", "/readyz")[0], 503)
        self.gate.open.set()
        self.asking.join(60)
        self.assertEqual(self.served.ask("POST", "/v1/score", body.encode())[0], 200)

    def test_it_stops_after_what_it_has_taken(self) -> None:
        self.served.server.should_exit = True
        self.gate.open.set()
        self.asking.join(60)
        self.served.thread.join(60)
        self.assertIn("sum", self.answers[0]["items"][0]["candidates"][0])
        with self.assertRaises(ConnectionRefusedError):
            self.served.ask("GET", "/health")


class GoneAway(unittest.TestCase):
    def test_whoever_hangs_up_leaves_nothing_in_the_line(self) -> None:
        with tempfile.TemporaryDirectory() as parent:
            served = Served(make_model("llama", Path(parent)))
            self.addCleanup(served.close)
            engine = served.service.engine
            gate = Gate(engine._model, "fill")
            self.addCleanup(gate.open.set)
            with gate.patch:
                first = {"context": "first", "candidates": ["z"], "target": "t"}
                asking = threading.Thread(target=lambda: served.score(items=[first]))
                asking.start()
                self.assertTrue(gate.reached.wait(60))
                second = {"context": "second " * 20, "candidates": ["z"], "target": "t"}
                connection = http.client.HTTPConnection("127.0.0.1", served.port, timeout=60)
                body = json.dumps({"items": [second]})
                headers = {"Authorization": f"Bearer {KEY}"}
                connection.request("POST", "/v1/score", body, headers)
                self.wait_until(lambda: len(engine._line.fillings) == 2)
                connection.close()
                futures = [job.future for job in list(engine._line.fillings.values())[1].jobs]
                self.wait_until(lambda: futures[0].cancelled())
                gate.open.set()
                asking.join(60)
            self.wait_until(lambda: engine._line.tokens == 0)
            read = engine._metrics.tokens.labels("context")._value.get()
            self.assertLess(read, 20)

    def wait_until(self, holds: Any) -> None:
        pause = threading.Event()
        for _ in range(3000):
            if holds():
                return
            pause.wait(0.01)
        self.fail("it did not happen")


if __name__ == "__main__":
    unittest.main()
