/**
 * `traces`: a session per document, in the form that the Hugging Face Hub shows by itself. It is
 * for people who look; it has no masks, so it is not for training.
 */
import type { ModelIdentity } from '../../../schemas/generated/types.ts';
import { parseTrajectory } from '../../../schemas/trajectory-text.ts';
import { describeMaker } from '../../dataset/makers.ts';
import type { ExportDocument } from '../document.ts';
import type { ExportFormat } from '../format.ts';
import { shardStem } from '../masks.ts';
import { type SessionMessage, sessionMessages } from '../session.ts';

export const traces: ExportFormat = {
  name: 'traces',
  mask: null,
  compressions: ['none'],
  summary:
    'A JSONL file per document, which the Hugging Face Hub shows as the session of an agent (Session Trace Simple Format): thoughts as reasoning, reads and writes as calls of tools. To look at; without masks.',
  parts: [{ name: 'sessions', files: 'sessions/**/*.jsonl' }],
  tags: ['agent-traces'],
  loading: [
    'import json, pathlib',
    'for path in sorted(pathlib.Path("sessions").rglob("*.jsonl")):',
    '    session, *rest = map(json.loads, path.open(encoding="utf-8"))',
    '    messages = [line["message"] for line in rest]',
  ],
  settings: [
    {
      reader: '`datasets`',
      set: '`load_dataset(FOLDER, parse_agent_traces=False)`',
      otherwise: 'it takes the files for those of another harness and asks for the package `teich`',
    },
  ],
  open: (folder) => ({
    addShard: async ({ facts }, documents) => {
      for (const document of documents) {
        const path = `sessions/${shardStem(facts.path)}/${document.line.sampleId}.jsonl`;
        const lines = linesOf(document).map((line) => `${oneLine(line)}\n`);
        await folder.write(path, lines.join(''));
      }
    },
    finish: async () => {},
  }),
};

/** Readers that split at every line end of Unicode, as Python's `splitlines`, see one line too. */
function oneLine(value: unknown): string {
  const escaped = (mark: string) => `\\u${mark.charCodeAt(0).toString(16).padStart(4, '0')}`;
  return JSON.stringify(value).replace(/[\u0085\u2028\u2029]/g, escaped);
}

function linesOf(document: ExportDocument): unknown[] {
  const { line, text } = document;
  const { sampleId, repositoryId, name, origin, commit, licence, teacher, scorer, episode } = line;
  const part = episode === undefined ? '' : `, episode ${episode.number} of ${episode.of}`;
  const facts = { repositoryId, origin, commit, licence, teacher, scorer };
  return [
    { type: 'session', harness: 'backstory', id: sampleId, name: `${name}${part}`, ...facts },
    ...[introduction(document), ...sessionMessages(parseTrajectory(text))].map((message) => ({
      type: 'message',
      message,
    })),
  ];
}

/** Says before all else what is whose, since the viewer shows no card. */
function introduction({ line }: ExportDocument): SessionMessage {
  const { name, commit } = line;
  const at = commit === null ? '' : ` at ${commit}`;
  const teacher = describeMaker(line.teacher as ModelIdentity, teacherWords);
  const content = `The development of ${name}${at}, reconstructed by backstory. What is read and written are the bytes of the repository. Requirements, plan and thoughts are by ${teacher}`;
  return { role: 'system', content };
}

const teacherWords = {
  none: 'nobody.',
  noModel: ', a set of rules and not a language model.',
  end: '.',
  plain: (name: string) => name,
};
