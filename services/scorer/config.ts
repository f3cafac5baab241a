/** Knobs of the scorer, under `scorer.*`: the kind, and the settings that any kind may use. */
import { z } from 'zod';
import { scorerKinds, scorers } from './open.ts';
import { scorerSettings } from './settings.ts';

const choices = scorerKinds.map((kind) => `${kind}: ${scorers[kind].about}`);

export const scorerKnobs = z.object({
  kind: z
    .enum(scorerKinds)
    .default('bytes')
    .describe(`${choices.join('; ')}. Default bytes, because it runs everywhere`),
  ...scorerSettings.shape,
});
