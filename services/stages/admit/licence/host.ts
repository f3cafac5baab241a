/**
 * Weighs what the code host answers about a licence against what the files state. Files win: the
 * host looks at one file of its newest state, not at this commit. Where files state nothing, its
 * answer is the best there is; where it names another licence, both hold, so that no policy that
 * refuses one of them admits the repository. Pure.
 */
import type { HostedRepository, Licence } from '../../../../schemas/generated/types.ts';
import {
  combine,
  identifiersOf,
  type LicenceExpression,
  licence,
  parseExpression,
  printExpression,
} from './expression.ts';
import { parseKnown, someBsd, stated, unknown } from './statement.ts';
import { unrecognised } from './text.ts';

/** As sure as a readme: it is a statement of somebody who read the files. */
const score = 0.5;

export function withHost(found: Licence, hosted: HostedRepository | null): Licence {
  const said = answerOf(hosted);
  if (hosted === null || said === null) return found;
  const evidence = [...found.evidence, { path: hostPlace(hosted), identifier: said, score }];
  if (found.expression === unknown) return { expression: said, evidence };
  const own = parseExpression(found.expression);
  if (own === null || !contradicts(said, own)) return { ...found, evidence };
  const both = combine('and', [own, licence(said)]) ?? own;
  return { expression: printExpression(both), evidence };
}

/** Where the host's answer stands as evidence; no path of a file looks like it. */
export function hostPlace({ host, name }: Pick<HostedRepository, 'host' | 'name'>): string {
  return `https://${host}/${name}`;
}

/** Null where the host knows no licence, sees one that it does not know, or names none of SPDX. */
export function answerOf(hosted: HostedRepository | null): string | null {
  const answer = hosted?.licence ?? null;
  if (answer === null || /^(?:NOASSERTION|NONE|other)$/i.test(answer)) return null;
  const parsed = parseKnown(answer);
  return parsed?.kind === 'licence' ? parsed.identifier : null;
}

/** What is not told apart, or not understood, may be what the host names. */
function contradicts(said: string, own: LicenceExpression): boolean {
  const names = identifiersOf(own);
  if (names.includes(stated) || names.includes(unrecognised)) return false;
  if (names.includes(someBsd) && said.startsWith('BSD-')) return false;
  return !names.map(stemOf).includes(stemOf(said));
}

/** The host knows no difference between `-only` and `-or-later`: the text is the same. */
export function stemOf(identifier: string): string {
  return identifier.replace(/(?:-only|-or-later|\+)$/, '');
}
