/**
 * `npm run bench -- licences [--texts FOLDER] [--packages FOLDER] [--examples N] [--json]`: whether
 * a licence is permissive, by ours beside Google's licenseclassifier and ScanCode, on the same
 * files in one run: licence files of released packages, lookalikes of them, and notices of source
 * files. The truth is what packages and files declare. Packages and peers are obtained once and
 * cached; what cannot be had is said.
 */
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { writeFiles } from '../../../test/samples/write-files.ts';
import type { Report } from '../../bench.ts';
import { obtainPackages } from '../corpora/fetch-packages.ts';
import { usePeer } from '../peers/install.ts';
import { cacheFolder, runTool } from '../structure/obtain/tools.ts';
import { type Case, type Group, readNotices, readTexts } from './cases.ts';
import { type Judgement, licenceTools, type Verdict } from './judges.ts';
import { obtainLicensed, readBlueOak } from './packages.ts';

const groups: readonly Group[] = ['texts', 'lookalikes', 'notices'];

export async function run(report: Report): Promise<void> {
  const { values } = parseArgs({
    allowPositionals: true,
    options: {
      json: { type: 'boolean' },
      texts: { type: 'string' },
      packages: { type: 'string' },
      examples: { type: 'string', default: '0' },
    },
  });
  const context = { run: runTool, cache: cacheFolder(process.env) };
  await mkdir(context.cache, { recursive: true });
  const isPermissive = await readBlueOak(context);
  const texts = values.texts ?? (await obtainLicensed(context));
  const packages = values.packages ?? (await obtainPackages(context));
  const found = [
    ...(await readTexts(texts, isPermissive)),
    ...(await readNotices(packages, isPermissive)),
    ...(await readNotices(texts, isPermissive)),
  ];
  // A package may be among both.
  const cases = [...new Map(found.map((each) => [each.path, each])).values()];
  reportCases(cases, report);
  const folder = await mkdtemp(join(tmpdir(), 'backstory-licences-'));
  try {
    writeFiles(folder, Object.fromEntries(cases.map(({ path, text }) => [path, text])));
    for (const { name, open } of licenceTools) {
      await usePeer(name, async () => {
        const judge = await open(context, isPermissive);
        const judgement = await judge(folder, cases);
        compare(name, judgement, cases, Number(values.examples), report);
      });
    }
  } finally {
    await rm(folder, { recursive: true, force: true });
    await rm(`${folder}.json`, { force: true });
  }
}

function reportCases(cases: readonly Case[], report: Report): void {
  for (const group of groups) {
    const own = cases.filter((each) => each.group === group);
    const permissive = own.filter((each) => each.isPermissive).length;
    report({ metric: group, value: own.length, unit: 'files' });
    report({ metric: `${group}: permissive`, value: permissive, unit: 'files' });
  }
}

function compare(
  name: string,
  { verdicts, seconds }: Judgement,
  cases: readonly Case[],
  examples: number,
  report: Report,
): void {
  const judged = cases.map((each) => {
    const verdict = verdicts.get(each.path) ?? null;
    return { ...each, verdict, said: saysPermissive(each, verdict) };
  });
  for (const some of [groups, ...groups.map((group) => [group])]) {
    const own = judged.filter(({ group }) => some.includes(group));
    const label = some.length === 1 ? `${name}, ${some[0]}` : name;
    const said = own.filter((each) => each.said);
    const right = said.filter((each) => each.isPermissive).length;
    const all = own.filter((each) => each.isPermissive).length;
    const wrong = said.length - right;
    // Of lookalikes none is permissive, so that only the count says something.
    if (all > 0) {
      const precision = right / Math.max(1, said.length);
      report({ metric: `${label}: precision`, value: precision, unit: 'of files' });
      report({ metric: `${label}: recall`, value: right / all, unit: 'of files' });
    }
    report({ metric: `${label}: wrongly admitted`, value: wrong, unit: 'files' });
  }
  report({ metric: `${name}: speed of one core`, value: cases.length / seconds, unit: 'files/s' });
  const mistakes = judged.filter((each) => each.said !== each.isPermissive);
  for (const { path, declared, verdict } of mistakes.slice(0, examples)) {
    console.error(
      `${name}: ${path} declares ${declared}, is taken for ${verdict?.name ?? 'nothing'}`,
    );
  }
}

/** A licence file in which nothing is found is refused; a source file has its package's licence. */
function saysPermissive({ group }: Case, verdict: Verdict): boolean {
  return verdict?.isPermissive ?? group === 'notices';
}
