/** Names of the knobs that may change the output, as `stage.knob`. */
import { sections } from '../../../services/registry.ts';

export function tellingKnobs(): string[] {
  return Object.entries(sections).flatMap(([section, { shape }]) =>
    Object.entries(shape).flatMap(([name, knob]) => {
      const { operational, input } = knob.meta() ?? {};
      return operational === true || input === true ? [] : [`${section}.${name}`];
    }),
  );
}
