/**
 * Turns one archive into the files that may be used: unpack, gate, decide the licence, redact. All
 * later stages and `backstory structure` see a repository only through this function.
 */
import { setImmediate } from 'node:timers/promises';
import type { ArchiveFormat, HostedRepository, Licence } from '../../../schemas/generated/types.ts';
import {
  createPlaceholders,
  type Finding,
  type FindingKind,
  noFindings,
  type Placeholders,
  redact,
} from '../../redaction/redaction.ts';
import { sha256 } from '../../runtime/ids.ts';
import { undecodable, undecodableEvidence } from './archive/decode.ts';
import { decodeEvidence } from './archive/decode-evidence.ts';
import type { UnpackedFile, UnpackReason } from './archive/skips.ts';
import { unpack } from './archive/unpack.ts';
import type { Unpacked } from './archive/unpacked.ts';
import {
  countMarks,
  findParts,
  gateFile,
  gateRepository,
  type OpenGates,
  openGates,
} from './ask-gates.ts';
import type { AdmitKnobs } from './config.ts';
import type { FileText } from './file-text.ts';
import { type Gate, type GateFacts, noFacts } from './gate.ts';
import { isVendored } from './gates/vendored.ts';
import { gates } from './gates.ts';
import { answerOf, withHost } from './licence/host.ts';
import { describeLicence, readLicenceFiles } from './licence/licence.ts';
import { mayNameText, namedTexts } from './licence/metadata/metadata.ts';
import { type OwnLicences, ownLicences } from './licence/own.ts';
import { isLicenceText, isPlainName, mayStateLicence } from './licence/places.ts';
import { unreadText } from './licence/text.ts';
import { type Skip, sortSkips } from './skips.ts';

/** A repository before admission. */
export interface RepositoryArchive {
  readonly name: string;
  readonly origin: string;
  /** What the code host tells of it; null for what did not come from one. */
  readonly hosted?: HostedRepository | null;
  readonly format: ArchiveFormat;
  readonly archive: Buffer;
}

export interface AdmittedText {
  readonly path: string;
  /** Valid UTF-8, after redaction. */
  readonly bytes: Buffer;
  readonly sha256: string;
  readonly redactions: number;
  /** The same by kind; a kind without any is left out. */
  readonly redacted: Readonly<Record<string, number>>;
  /** What gates point out and leave in place, by gate and kind. */
  readonly marked: Readonly<Record<string, number>>;
}

export interface Admission {
  /** In path order. */
  readonly files: readonly AdmittedText[];
  readonly skipped: readonly Skip[];
  readonly licence: Licence;
  /** Number of findings replaced in the admitted files, by kind. */
  readonly found: Readonly<Record<FindingKind, number>>;
}

export async function admitArchive(
  { name, origin, hosted = null, format, archive }: RepositoryArchive,
  knobs: AdmitKnobs,
  list: readonly Gate<AdmitKnobs>[] = gates,
  facts: GateFacts = noFacts,
): Promise<Admission> {
  const repositoryFacts = { ...facts, repository: { name, origin, hosted } };
  const open = openGates(list, knobs, repositoryFacts);
  const unpacked = await unpack(archive, format, knobs);
  const evidence = readEvidence(unpacked, knobs);
  const texts = readLicenceFiles(evidence);
  const isStated = texts.expression !== null || answerOf(hosted) !== null;
  const own = ownLicences(evidence, isStated);
  const gated = await gateFiles(unpacked.files, open, own);
  const byLicence = gated.skipped.flatMap(({ path, reason }) => (reason === 'licence' ? path : []));
  const stated = describeLicence(texts, { admitted: gated.texts, refused: byLicence }, own);
  const licence = withHost(stated, hosted);
  const repository = { name, origin, licence };
  const refused = nameEvidence([...unpacked.skipped, ...gated.skipped], licence);
  gateRepository({ ...repository, files: gated.texts.map(sizeOfText), skipped: refused }, open);
  const { files, found, ...redacted } = await redactFiles(gated.texts, open);
  const skipped = sortSkips([...refused, ...redacted.skipped]);
  gateRepository({ ...repository, files: files.map(sizeOf), skipped }, open);
  return { files, skipped, licence, found };
}

/**
 * Returns the decoded licence texts and metadata files, admitted or not. Only these few files are
 * decoded again. A licence that is there and cannot be read is one that nobody knows.
 */
function readEvidence(
  { files, wide, skipped }: Unpacked,
  { vendored }: AdmitKnobs,
): readonly FileText[] {
  const readable = [...files, ...wide];
  const isOurs = (path: string) => vendored === 'admit' || !isVendored(path);
  const named = new Set(
    readable.flatMap(({ path, bytes }) =>
      mayNameText(path) ? namedTexts(path, decodeEvidence(bytes)) : [],
    ),
  );
  const read = readable.flatMap(({ path, bytes }) => {
    const isEvidence = named.has(path) || (mayStateLicence(path) && isOurs(path));
    return isEvidence ? [{ path, text: decodeEvidence(bytes) }] : [];
  });
  const known = new Set(readable.map(({ path }) => path));
  const unread = skipped.flatMap(({ path, reason }) => {
    const isLicence = (isLicenceText(path) && isPlainName(path)) || named.has(path);
    const isLost = unreadable.has(reason) && !known.has(path);
    return isLost && isLicence && isOurs(path) ? [{ path, text: unreadText }] : [];
  });
  return [...read, ...unread];
}

/** A link is no text of its own: it leads to one that is read, or out of the repository. */
const unreadable: ReadonlySet<string> = new Set<UnpackReason>([
  'too-large',
  'unreadable',
  'encrypted',
  'compression',
  'binary',
]);

/** Names the files that state the licence, but cannot be admitted because of their encoding. */
function nameEvidence(skipped: readonly Skip[], licence: Licence): readonly Skip[] {
  const stating = new Set(licence.evidence.map(({ path }) => path));
  const encodings: readonly string[] = [undecodable, 'binary'];
  return skipped.map((skip) =>
    stating.has(skip.path) && encodings.includes(skip.reason)
      ? { ...skip, reason: undecodableEvidence }
      : skip,
  );
}

function sizeOfText({ path, text }: FileText) {
  return { path, bytes: Buffer.byteLength(text) };
}

function sizeOf({ path, bytes }: AdmittedText) {
  return { path, bytes: bytes.byteLength };
}

interface GatedText extends FileText {
  readonly marked: AdmittedText['marked'];
}

interface Gated {
  readonly texts: readonly GatedText[];
  readonly skipped: readonly Skip[];
}

/** Returns every file either as a text or as a skip with a reason. */
async function gateFiles(
  files: readonly UnpackedFile[],
  gates: OpenGates,
  licences: OwnLicences,
): Promise<Gated> {
  const turn = openTurns();
  const texts: GatedText[] = [];
  const skipped: Skip[] = [];
  for (const file of files) {
    const answer = gateFile(file, gates, licences);
    if ('reason' in answer) skipped.push(answer);
    else texts.push({ ...answer, marked: countMarks(answer, gates) });
    // Read now, while what the search knows of the text is about this one.
    if (!('reason' in answer)) licences.of(answer);
    await turn(file.bytes.byteLength);
  }
  return { texts, skipped };
}

async function redactFiles(
  texts: readonly GatedText[],
  open: OpenGates,
): Promise<Pick<Admission, 'files' | 'skipped' | 'found'>> {
  const placeholders = createPlaceholders();
  const files: AdmittedText[] = [];
  const skipped: Skip[] = [];
  const found = noFindings();
  const turn = openTurns();
  for (const file of texts) {
    const findings = await findParts(file, open);
    if ('reason' in findings) {
      skipped.push(findings);
      continue;
    }
    for (const { kind } of findings) found[kind] += 1;
    files.push({ ...redactFile(file, findings, placeholders), marked: file.marked });
    await turn(file.text.length);
  }
  return { files, skipped, found };
}

function redactFile(
  { path, text }: FileText,
  findings: readonly Finding[],
  placeholders: Placeholders,
): Omit<AdmittedText, 'marked'> {
  const { text: redacted, redactions, kinds } = redact(text, findings, placeholders);
  const bytes = Buffer.from(redacted);
  return { path, bytes, sha256: sha256(bytes), redactions, redacted: kinds };
}

/** After this many scanned characters or bytes, other work runs. */
const turnSize = 1_000_000;

/**
 * Opens a function to await after each part of a long scan, with the size of the part: heartbeats
 * and the like get their turn.
 */
function openTurns(): (size: number) => Promise<void> {
  let since = 0;
  return async (size) => {
    since += size;
    if (since <= turnSize) return;
    await setImmediate();
    since = 0;
  };
}
