"""The routes over HTTP: who may ask, how large a body may be, and what an error looks like."""

from __future__ import annotations

import asyncio
import hmac
import time
from collections.abc import Awaitable, Callable
from typing import Any

import msgspec
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect, Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from backstory_scorer.errors import ScorerError
from backstory_scorer.http.completions import complete, decode_completion
from backstory_scorer.http.service import Service, score
from backstory_scorer.http.wire import decode_request
from backstory_scorer.memory import used_bytes

BODY_BYTES_MAX = 64 << 20

Answer = Callable[[Service, bytes], Awaitable[bytes]]


def create_app(service: Service, token: str | None) -> Starlette:
    """All routes. The key is asked for where a model works or tells about itself."""

    async def health(_request: Request) -> Response:
        alive = not service.engine.failed.is_set()
        body = {"status": "ok" if alive else "failed", **describe(service)}
        return JSONResponse(body, status_code=200 if alive else 503)

    async def ready(_request: Request) -> Response:
        accepting = service.engine.accepting
        body = {"status": "ready" if accepting else "full or stopping"}
        return JSONResponse(body, status_code=200 if accepting else 503)

    async def metrics(_request: Request) -> Response:
        service.metrics.memory_bytes.set(used_bytes(service.identity.kernel))
        return Response(service.metrics.text(), media_type="text/plain; version=0.0.4")

    async def models(request: Request) -> Response:
        require_key(request, token)
        listed = {"id": service.identity.model, "object": "model", "owned_by": "backstory"}
        return JSONResponse({"object": "list", "data": [listed]})

    def route(path: str, answer: Answer) -> Route:
        async def endpoint(request: Request) -> Response:
            return await timed(service, path, lambda: respond(request, service, token, answer))

        return Route(path, endpoint, methods=["POST"])

    return Starlette(
        routes=[
            Route("/health", health),
            Route("/readyz", ready),
            Route("/metrics", metrics),
            Route("/v1/models", models),
            route("/v1/score", answer_score),
            route("/v1/completions", answer_completions),
        ],
        exception_handlers={
            ScorerError: lambda _request, error: error_response(error),
            HTTPException: lambda _request, error: routing_error(error),
            Exception: lambda _request, _error: error_response(
                ScorerError("INTERNAL", "the service made a mistake; see its log")
            ),
        },
    )


def describe(service: Service) -> dict[str, Any]:
    """What scores depend on, and the limits."""
    identity = service.identity
    return {
        **identity.__dict__,
        "configuration": identity.configuration,
        "limits": service.engine.limits.__dict__,
        "vocabulary": service.vocabulary,
        "takes_text": service.text is not None,
    }


async def answer_score(service: Service, body: bytes) -> bytes:
    request = await asyncio.to_thread(decode_request, body)
    return msgspec.json.encode(await score(service, request))


async def answer_completions(service: Service, body: bytes) -> bytes:
    return msgspec.json.encode(await complete(service, decode_completion(body)))


async def respond(
    request: Request, service: Service, token: str | None, answer: Answer
) -> Response:
    """Reads the body, works, and stops working when the caller hangs up."""
    try:
        require_key(request, token)
        body = await read_body(request)
        work = asyncio.ensure_future(answer(service, body))
        gone = asyncio.ensure_future(disconnected(request))
        await asyncio.wait({work, gone}, return_when=asyncio.FIRST_COMPLETED)
        gone.cancel()
        if not work.done():
            work.cancel()
            return Response(status_code=499)
        return Response(work.result(), media_type="application/json")
    except ScorerError as error:
        return error_response(error)
    except ClientDisconnect:
        return Response(status_code=499)


async def timed(
    service: Service, path: str, respond_now: Callable[[], Awaitable[Response]]
) -> Response:
    """Counts a request and how long it took."""
    began = time.perf_counter()
    response = await respond_now()
    service.metrics.requests.labels(path, str(response.status_code)).inc()
    service.metrics.request_seconds.labels(path).observe(time.perf_counter() - began)
    return response


async def disconnected(request: Request) -> None:
    while (await request.receive())["type"] != "http.disconnect":
        pass


async def read_body(request: Request) -> bytes:
    """Refuses a body that is too large before it is all there."""
    too_large = ScorerError("BODY_TOO_LARGE", f"a body may have {BODY_BYTES_MAX} bytes")
    told = request.headers.get("content-length", "0")
    if told.isdecimal() and int(told) > BODY_BYTES_MAX:
        raise too_large
    body = bytearray()
    async for block in request.stream():
        body += block
        if len(body) > BODY_BYTES_MAX:
            raise too_large
    return bytes(body)


def require_key(request: Request, token: str | None) -> None:
    """Compared in a time that does not tell how much of it was right."""
    if token is None:
        return
    given = request.headers.get("authorization", "")
    if not hmac.compare_digest(given.encode(), f"Bearer {token}".encode()):
        raise ScorerError("UNAUTHORIZED", "the key is missing or wrong: Authorization: Bearer …")


def error_response(error: ScorerError) -> Response:
    """The form that OpenAI's clients read."""
    seconds = error.retry_after_seconds
    headers = {} if seconds is None else {"Retry-After": str(seconds)}
    body = {"error": {"code": error.code, "message": error.message, "type": error.code.lower()}}
    return JSONResponse(body, status_code=error.status, headers=headers)


def routing_error(error: Exception) -> Response:
    """Of a path or a method that there is not."""
    if isinstance(error, HTTPException) and error.status_code == 405:
        return error_response(ScorerError("METHOD_NOT_ALLOWED", "this path has another method"))
    return error_response(ScorerError("NOT_FOUND", "no such path; see the README"))
