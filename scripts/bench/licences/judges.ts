/** What judges licences: ours, and peers as their users run them. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  allows,
  type LicenceExpression,
  mapIdentifiers,
  parseExpression,
  printExpression,
} from '../../../services/stages/admit/licence/expression.ts';
import { readHeader } from '../../../services/stages/admit/licence/header.ts';
import { readLicenceFiles } from '../../../services/stages/admit/licence/licence.ts';
import { allowedLicences, isAllowed } from '../../../services/stages/admit/licence/policy.ts';
import { goPeer, measured, pythonPeer } from '../peers/install.ts';
import type { Context } from '../structure/score/oracle.ts';
import type { Case, Permissive } from './cases.ts';

/** Whether a file's licence is permissive, and its name; null if the tool finds none. */
export type Verdict = { readonly isPermissive: boolean; readonly name: string } | null;

export interface Judgement {
  readonly verdicts: ReadonlyMap<string, Verdict>;
  readonly seconds: number;
}

/** Judges cases that also lie in the folder. */
export type Judge = (folder: string, cases: readonly Case[]) => Promise<Judgement>;

export interface LicenceTool {
  readonly name: string;
  readonly open: (context: Context, isPermissive: Permissive) => Promise<Judge>;
}

/** As the gate decides: a text by its phrases, a notice at the head of its file. */
async function judgeOurs(_folder: string, cases: readonly Case[]): Promise<Judgement> {
  const allowed = allowedLicences('permissive');
  const verdicts = new Map<string, Verdict>();
  const started = process.cpuUsage();
  for (const { group, path, text } of cases) {
    const expression = group === 'notices' ? readHeader({ path, text }) : textOf(path, text);
    const name = expression === null ? null : printExpression(expression);
    verdicts.set(path, name === null ? null : { name, isPermissive: isAllowed(name, allowed) });
  }
  const { user, system } = process.cpuUsage(started);
  return { verdicts, seconds: (user + system) / 1e6 };
}

function textOf(path: string, text: string): LicenceExpression | null {
  const name = path.slice(path.lastIndexOf('/') + 1);
  return readLicenceFiles([{ path: name, text }]).expression;
}

async function openClassifier(context: Context, isPermissive: Permissive): Promise<Judge> {
  const module = 'github.com/google/licenseclassifier/v2/tools/identify_license@v2.0.0';
  const programs = await goPeer('licenseclassifier-2.0.0', module, context);
  return async (folder, cases) => {
    const program = join(programs, 'identify_license');
    const { output, seconds } = await measured(program, ['-headers', '-tasks', '1', folder]);
    const names = new Map<string, string[]>();
    for (const line of output.split('\n')) {
      const [, path = '', name = ''] = /^(.+) (\S+) \(variant: /.exec(line) ?? [];
      if (path === '' || name.startsWith('Copyright')) continue;
      const inside = path.slice(folder.length + 1);
      const known = name === 'BSD-0-Clause' ? '0BSD' : name.replace(/^Supplement:/, '');
      names.set(inside, [...(names.get(inside) ?? []), known]);
    }
    const verdicts = cases.map(({ path }): [string, Verdict] => {
      const found = names.get(path);
      if (found === undefined) return [path, null];
      return [path, { name: found.join(' AND '), isPermissive: found.every(isPermissive) }];
    });
    return { verdicts: new Map(verdicts), seconds };
  };
}

interface ScancodeReport {
  readonly files: readonly {
    readonly path: string;
    readonly detected_license_expression_spdx: string | null;
  }[];
  readonly license_references: readonly {
    readonly spdx_license_key: string;
    readonly category: string;
  }[];
}

async function openScancode(context: Context, isPermissive: Permissive): Promise<Judge> {
  const packages = ['scancode-toolkit==32.5.0', 'pluggy==1.5.0'];
  const library = await pythonPeer('scancode-32.5.0', packages, context);
  return async (folder, cases) => {
    const out = `${folder}.json`;
    const { seconds } = await measured(
      'python3',
      [
        join(library, 'bin', 'scancode'),
        ...['--license', '--license-references', '--processes', '1', '--quiet'],
        ...['--strip-root', '--json', out, folder],
      ],
      { environment: { PYTHONPATH: library } },
    );
    const report = JSON.parse(readFileSync(out, 'utf8')) as ScancodeReport;
    const own = new Set(
      report.license_references
        .filter(({ category }) => category === 'Permissive' || category === 'Public Domain')
        .map(({ spdx_license_key }) => spdx_license_key)
        .filter((key) => key.startsWith('LicenseRef-')),
    );
    const found = new Map(
      report.files.map((file) => [file.path, file.detected_license_expression_spdx]),
    );
    const verdicts = cases.map(({ path }): [string, Verdict] => {
      const name = found.get(path) ?? null;
      if (name === null) return [path, null];
      const permissive = holds(name, (key) => own.has(key) || isPermissive(key));
      return [path, { name, isPermissive: permissive }];
    });
    return { verdicts: new Map(verdicts), seconds };
  };
}

/** Whether an expression can be satisfied with permissive licences. */
function holds(text: string, isPermissive: Permissive): boolean {
  const parsed = parseExpression(text);
  if (parsed === null) return false;
  const answer = (name: string) => (isPermissive(name) ? 'MIT' : 'LicenseRef-other');
  return allows(mapIdentifiers(parsed, answer), new Set(['MIT']));
}

export const licenceTools: readonly LicenceTool[] = [
  { name: 'backstory', open: async () => judgeOurs },
  { name: 'licenseclassifier', open: openClassifier },
  { name: 'scancode', open: openScancode },
];
