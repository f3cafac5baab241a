/**
 * What must hold before a data set is published. Each check says what is missing in words that tell
 * what to do; none of them changes anything.
 */
import { join } from 'node:path';
import { z } from 'zod';
import { readKnownNames } from '../../../dataset/growing/known-names.ts';
import type { OpenOutput } from '../../../dataset/open-output.ts';
import { type OptOutRule, ruleFor } from '../../../dataset/opt-out/rules.ts';
import { readProvenance } from '../../../dataset/read-shards.ts';
import { isHosted } from '../../../dataset/repository-names.ts';
import { forEachBody, type RunLog, withRunLog } from '../../../dataset/run-log/run-log.ts';
import { verifyOutput } from '../../../dataset/verify/verify.ts';
import { cardSections, logNotAtHand } from '../../../export/card.ts';
import { exportFileName } from '../../../export/folder.ts';
import type { ResolvedValues } from '../../../registry.ts';
import { PipelineError } from '../../../runtime/errors.ts';
import { sha256 } from '../../../runtime/ids.ts';
import { parseJson } from '../../../runtime/json.ts';
import { openLocalObjects } from '../../../runtime/store/objects/local.ts';
import type { ObjectStore } from '../../../runtime/store/objects/object-store.ts';
import { hostPlace, stemOf } from '../../../stages/admit/licence/host.ts';
import { allowedLicences, isAllowed } from '../../../stages/admit/licence/policy.ts';
import { drawNotices } from './notice-file.ts';
import type { Notices } from './notices.ts';

export interface Check {
  readonly name: string;
  /** Empty where nothing is missing. */
  readonly missing: readonly string[];
}

/** Things named in one check at most. */
const namedMax = 20;

function listed(items: readonly string[]): readonly string[] {
  const more = items.length - namedMax;
  return more > 0 ? [...items.slice(0, namedMax), `and ${more} more`] : items;
}

export async function checkVerified(store: ObjectStore): Promise<Check> {
  try {
    const { closed } = await verifyOutput(store);
    return { name: 'verify', missing: closed ? [] : ['the data set still grows: close it first'] };
  } catch (error) {
    if (!(error instanceof PipelineError)) throw error;
    return { name: 'verify', missing: [error.message] };
  }
}

/** `named` are further SPDX identifiers that the publisher answers for. */
export function checkLicences({ repositories }: Notices, named: readonly string[]): Check {
  const allowed = new Set([...(allowedLicences('permissive') ?? []), ...named]);
  const refused = repositories
    .filter(({ licence }) => !isAllowed(licence, allowed))
    .map(({ name, licence }) => `${name} is under ${licence}: leave it out, or name --licences`);
  return { name: 'licences', missing: listed(refused) };
}

/** What the code host says of a licence is a second opinion: it is asked to be looked at. */
export async function checkSecondOpinion(
  runFolder: string | null,
  { repositories }: Notices,
): Promise<Check> {
  const name = 'second-opinion';
  const known = new Map(repositories.map((each) => [each.repositoryId, each]));
  const readSaid = async (log: RunLog) => {
    const found = new Set<string>();
    await forEachBody(log, 'repo-admitted', ({ envelope, body: { repository } }) => {
      const { hosted, licence } = repository;
      const own = known.get(envelope.repositoryId);
      const said = hosted?.licence ?? null;
      if (own === undefined || hosted === null || said === null || said === 'NOASSERTION') return;
      // The host's own answer is evidence, too.
      const files = licence.evidence.filter(({ path }) => path !== hostPlace(hosted));
      const names = [...new Set(files.map(({ identifier }) => identifier))];
      if (names.some((name) => stemOf(name) === stemOf(said))) return;
      const state = names.length === 0 ? 'nothing' : names.join(', ');
      found.add(`${own.name}: ${hosted.host} says ${said}, its files say ${state}`);
    });
    return [...found];
  };
  const { found, why } = await withRunLog(runFolder, readSaid, 'copy');
  const missing = found === null ? [`the log was not looked into, because ${why}`] : listed(found);
  return { name, missing };
}

/** As the gate does, it also compares the names that the code host had when the run asked it. */
export async function checkOptOuts(
  { store, shards, optOuts }: OpenOutput,
  rules: readonly OptOutRule[] | null,
  runFolder: string | null,
): Promise<Check> {
  const name = 'opt-outs';
  if (rules === null) {
    return { name, missing: ['no list was named: --opt-outs LIST, be it an empty one'] };
  }
  const applied = new Set(optOuts.rules.map(({ text }) => text));
  const missing = new Set<string>();
  for (const { text } of rules) if (!applied.has(text)) missing.add(`${text} is not applied`);
  const { found: alsoKnown, why } = await readKnownNames(runFolder, rules);
  let unsure = 0;
  for (const facts of shards) {
    const { provenance } = await readProvenance(store, facts);
    for (const { repositoryId, name: repository, origin, files } of provenance) {
      const paths = (files ?? []).map(({ path }) => path);
      const rule = ruleFor(rules, { name: repository, origin, paths });
      const text = rule?.text ?? alsoKnown?.get(repositoryId);
      if (text !== undefined) missing.add(`${repository} is still there, against ${text}`);
      else if (isHosted({ origin })) unsure += 1;
    }
  }
  if (why !== null && rules.length > 0 && unsure > 0) {
    missing.add(`the log was not looked into for names since renamed, because ${why}`);
  }
  const advice = missing.size === 0 ? [] : ['apply the list: backstory opt-out apply LIST OUT'];
  return { name, missing: [...listed([...missing]), ...advice] };
}

/** The knobs are those of the run only if their hash is the one in run.json. */
export async function checkGates(
  store: ObjectStore,
  { values, hash }: { readonly values: ResolvedValues; readonly hash: string },
): Promise<Check[]> {
  const run = z
    .object({ configurationHash: z.string() })
    .safeParse(parseJson((await store.read('run.json')) ?? Buffer.alloc(0)));
  if (run.data?.configurationHash !== hash) {
    const what = run.success
      ? 'is another than that of the run'
      : 'cannot be compared: no run.json';
    const missing = [
      `the configuration ${what}: name the --config, --set, --teacher … of the run, and take the program that made it`,
    ];
    return ['secrets', 'privacy', 'malware', 'decontamination'].map((name) => ({ name, missing }));
  }
  const { privacy, malware, decontaminate } = values.admit;
  const unnamed = 'no benchmark was named when the data set was made';
  return [
    // What becomes of a secret can be chosen, but no knob leaves it in.
    { name: 'secrets', missing: [] },
    { name: 'privacy', missing: privacy === 'off' ? ['admit.privacy was off'] : [] },
    { name: 'malware', missing: malware === 'skip-file' ? [] : [`admit.malware was ${malware}`] },
    { name: 'decontamination', missing: decontaminate.length > 0 ? [] : [unnamed] },
  ];
}

const exportFile = z.object({
  manifest: z.string(),
  optOuts: z.string().nullable().default(null),
  closed: z.boolean(),
  files: z.array(z.object({ path: z.string(), bytes: z.number(), sha256: z.string() })),
});

/** The export is of this state of the data set, whole, and its card has all that it should. */
export async function checkCard(output: OpenOutput, folder: string | null): Promise<Check> {
  const name = 'card';
  if (folder === null) {
    return { name, missing: ['no export was named: backstory export, then --export FOLDER'] };
  }
  const files = openLocalObjects(folder);
  const stated = exportFile.safeParse(
    parseJson((await files.read(exportFileName)) ?? Buffer.alloc(0)),
  );
  if (!stated.success)
    return { name, missing: [`${folder} holds no export: no ${exportFileName}`] };
  const missing: string[] = [];
  const { manifest, optOuts, closed } = stated.data;
  const isNow = manifest === output.headHash && optOuts === output.optOuts.headHash && closed;
  if (!isNow) missing.push('the export is of another state of the data set: export again');
  for (const { path, sha256: hash } of stated.data.files) {
    const bytes = await files.read(path);
    if (bytes === null || sha256(bytes) !== hash) missing.push(`${path} is not what was exported`);
  }
  const card = (await files.read('README.md'))?.toString('utf8') ?? '';
  for (const section of Object.values(cardSections)) {
    if (!card.includes(`\n## ${section}\n`)) missing.push(`the card has no section "${section}"`);
  }
  if (card.includes(`\n${logNotAtHand}`)) {
    missing.push('the card does not say what was left out: export where the log of the run is');
  }
  return { name, missing: listed(missing) };
}

const noticeNames = ['THIRD-PARTY-NOTICES', 'THIRD-PARTY-NOTICES.txt', 'THIRD-PARTY-NOTICES.md'];

export async function checkAttribution(
  { head, headHash }: OpenOutput,
  notices: Notices,
  folder: string | null,
): Promise<Check> {
  const name = 'attribution';
  const missing = notices.withoutText.map((each) => `no licence text came with ${each}`);
  const advice = 'backstory attribution OUT --out EXPORT/THIRD-PARTY-NOTICES';
  const files = folder === null ? null : openLocalObjects(folder);
  const texts = await Promise.all(
    noticeNames.map(async (each) => (await files?.read(each)) ?? null),
  );
  const written = texts.find((each) => each !== null) ?? null;
  const { dataset, closed } = head;
  const due = drawNotices(notices, { dataset, head: headHash, closed });
  if (written === null) missing.push(`the notice file is not beside the export: ${advice}`);
  else if (written.toString('utf8') !== due) missing.push(`the notice file is old: ${advice}`);
  return { name, missing: listed(missing) };
}

/** The only export in the output, if none was named. */
export async function onlyExport(store: ObjectStore, outputFolder: string): Promise<string | null> {
  const names = await store.list('export');
  const [first] = names;
  return first !== undefined && names.length === 1 ? join(outputFolder, 'export', first) : null;
}
