/**
 * One archive to the files that may be used: unpack, gate, decide the licence, redact. Everything
 * downstream, and `backstory structure`, sees a repository only through this.
 */
import { setImmediate } from 'node:timers/promises';
import type { ArchiveFormat, Licence, SkippedFile } from '../../../schemas/generated/types.ts';
import { PipelineError } from '../../runtime/errors.ts';
import { sha256 } from '../../runtime/ids.ts';
import { unpack } from './archive/unpack.ts';
import type { TextFile } from './archive/unpacked.ts';
import type { AdmitKnobs } from './config.ts';
import { type Candidate, checkRepository, gateFiles, sortSkips } from './gates.ts';
import { printExpression } from './licence/expression.ts';
import {
  allowedLicences,
  describeLicence,
  isAllowed,
  isAttributionFile,
  readHeader,
  readLicenceFiles,
} from './licence/licence.ts';
import { findPersonalData } from './redaction/privacy.ts';
import {
  createPlaceholders,
  type Finding,
  type Placeholders,
  redact,
} from './redaction/redaction.ts';
import { findSecrets } from './redaction/secrets.ts';
import { decodeText } from './text-gates.ts';

export interface AdmittedText {
  readonly path: string;
  /** Valid UTF-8, after redaction. */
  readonly bytes: Buffer;
  readonly sha256: string;
  readonly redactions: number;
}

export interface Admission {
  /** In path order. */
  readonly files: readonly AdmittedText[];
  readonly skipped: readonly SkippedFile[];
  readonly licence: Licence;
  readonly secrets: number;
}

/** Characters scanned before other work of the process gets a turn. */
const turnCharacters = 1_000_000;

export async function admitArchive(
  archive: Buffer,
  format: ArchiveFormat,
  config: AdmitKnobs,
): Promise<Admission> {
  const unpacked = await unpack(archive, format, config);
  const gated = gateFiles(unpacked.files, config);
  const skipped: SkippedFile[] = [...unpacked.skipped, ...gated.skipped];
  const texts = readLicenceFiles(unpacked.files.flatMap(asLicenceCandidate));
  const candidates = refuseHeaders(gated.candidates, config, skipped);
  checkRepository(candidates.map(textBytes), skipped, config);
  const licence = describeLicence(texts, candidates);
  if (!isAllowed(licence.expression, allowedLicences(config.licences))) {
    throw new PipelineError(
      'LICENCE_REFUSED',
      `its licence is ${licence.expression}, which admit.licences (${policyName(config)}) does not allow`,
    );
  }
  const redacted = await redactFiles(candidates, config, skipped);
  checkRepository(
    redacted.files.map((file) => ({ bytes: file.bytes.byteLength })),
    skipped,
    config,
  );
  return { ...redacted, skipped: sortSkips(skipped), licence };
}

/** Licence texts and metadata lie in few files; only those are decoded again. */
function asLicenceCandidate({ path, bytes }: TextFile): readonly Candidate[] {
  const name = path.slice(path.lastIndexOf('/') + 1);
  const relevant =
    isAttributionFile(path) || !path.includes('/') || name === 'METADATA' || name === 'PKG-INFO';
  const text = relevant ? decodeText(bytes) : null;
  return text === null ? [] : [{ path, text }];
}

/** A file whose own header asks for more than the policy allows stays out; the rest may stay. */
function refuseHeaders(
  candidates: readonly Candidate[],
  config: AdmitKnobs,
  skipped: SkippedFile[],
): readonly Candidate[] {
  const allowed = allowedLicences(config.licences);
  if (allowed === null) return candidates;
  return candidates.filter(({ path, text }) => {
    const header = readHeader(text);
    if (header === null || isAllowed(printExpression(header), allowed)) return true;
    skipped.push({ path, reason: 'licence' });
    return false;
  });
}

function policyName(config: AdmitKnobs): string {
  return typeof config.licences === 'string' ? config.licences : config.licences.join(', ');
}

function textBytes({ text }: Candidate): { bytes: number } {
  return { bytes: Buffer.byteLength(text) };
}

async function redactFiles(
  candidates: readonly Candidate[],
  config: AdmitKnobs,
  skipped: SkippedFile[],
): Promise<Pick<Admission, 'files' | 'secrets'>> {
  const placeholders = createPlaceholders();
  const files: AdmittedText[] = [];
  let secrets = 0;
  let sinceTurn = 0;
  for (const candidate of candidates) {
    const found = await findSecrets(candidate.path, candidate.text);
    if (found.length > 0 && config.secrets !== 'redact') {
      refuseSecret(candidate, config, skipped);
      continue;
    }
    secrets += found.length;
    files.push(redactFile(candidate, found, config, placeholders));
    sinceTurn += candidate.text.length;
    if (sinceTurn > turnCharacters) {
      await setImmediate();
      sinceTurn = 0;
    }
  }
  return { files, secrets };
}

function refuseSecret({ path }: Candidate, config: AdmitKnobs, skipped: SkippedFile[]): void {
  if (config.secrets === 'refuse-repository') {
    throw new PipelineError(
      'SECRETS_REFUSED',
      `${path} holds a secret; remove it or set admit.secrets to redact`,
      { subject: path },
    );
  }
  skipped.push({ path, reason: 'secret' });
}

function redactFile(
  { path, text }: Candidate,
  secrets: readonly Finding[],
  config: AdmitKnobs,
  placeholders: Placeholders,
): AdmittedText {
  const personal = config.privacy === 'redact' && !isAttributionFile(path);
  const findings = personal ? [...secrets, ...findPersonalData(text)] : secrets;
  const result = redact(text, findings, placeholders);
  const bytes = Buffer.from(result.text);
  return { path, bytes, sha256: sha256(bytes), redactions: result.redactions };
}
