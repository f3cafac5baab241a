/**
 * `opt-out`: drops a repository, or skips a file of it, whose authors want it in no data set. The
 * rules are those of a list that the operator names, and those that the data set holds already.
 */
import { z } from 'zod';
import { type OptOutRule, parseOptOutRule } from '../../../dataset/opt-out/rules.ts';
import type { Named } from '../../../dataset/repository-names.ts';
import { operational, ownersOnly } from '../../../runtime/config/knobs.ts';
import { sha256 } from '../../../runtime/ids.ts';
import { defineGate, noFacts } from '../gate.ts';

export const optOut = defineGate({
  name: 'opt-out',
  summary: 'repositories and files that a list of opt-outs names',
  knobs: {
    optOut: z
      .array(z.string().min(1))
      .default([])
      .describe(
        'Repositories and files that are never admitted: OWNER/NAME, OWNER/*, the name of a source, or one of these (or *) with :PATTERN of paths; @FILE is a list with one per line. Those of the output itself (`opt-out apply`) hold anyway. Not part of the configuration, so that a new wish needs no new data set.',
      )
      .meta({ ...operational, ...ownersOnly, example: '[OWNER/NAME,@optout.txt]' }),
  },
  reasons: ['opt-out'],
  drops: ['OPTED_OUT'],
  open: ({ optOut: texts }, { repository } = noFacts) => {
    if (texts.length === 0 || repository === null) return {};
    const rules = rulesAbout(texts, repository);
    const whole = rules.find(({ hasPath }) => hasPath === null);
    if (whole !== undefined) {
      const list = sha256(texts.join('\n')).slice(0, 16);
      const detail = `it is opted out by ${whole.text} (rules with SHA-256 ${list})`;
      return { repository: () => ({ code: 'OPTED_OUT', detail }) };
    }
    if (rules.length === 0) return {};
    return {
      file: ({ path }) => (rules.some(({ hasPath }) => hasPath?.(path)) ? 'opt-out' : null),
    };
  },
});

function rulesAbout(texts: readonly string[], repository: Named): readonly OptOutRule[] {
  return rulesOf(texts).filter((rule) => rule.isAbout(repository));
}

/** A list may have thousands of rules, and a run asks it of every repository. */
const parsed = new WeakMap<readonly string[], readonly OptOutRule[]>();

function rulesOf(texts: readonly string[]): readonly OptOutRule[] {
  const known = parsed.get(texts);
  if (known !== undefined) return known;
  const rules = texts.map((text) => parseOptOutRule(text, 'admit.optOut'));
  parsed.set(texts, rules);
  return rules;
}
