/**
 * The bytes of the files that knobs name are part of the configuration: a run that is resumed with
 * other bytes under the same names is another run.
 */
import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { sections } from '../../registry.ts';
import { findKnob, knobKeys, type SectionValues, splitKey } from '../../runtime/config/resolve.ts';
import { PipelineError } from '../../runtime/errors.ts';
import { canonicalJson, sha256 } from '../../runtime/ids.ts';

/** The hash of a configuration with the bytes of its files; the same hash where it names none. */
export async function hashWithFiles(
  hash: string,
  values: SectionValues<typeof sections>,
): Promise<string> {
  const files: Record<string, readonly string[]> = {};
  for (const key of knobKeys(sections)) {
    if (findKnob(sections, key)?.meta()?.fileContents !== true) continue;
    const [section, knob] = splitKey(key);
    const value = (values as Record<string, Record<string, unknown>>)[section]?.[knob];
    const paths = [value].flat().filter((path): path is string => typeof path === 'string');
    const named = paths.filter((path) => path !== '');
    if (named.length === 0) continue;
    files[key] = await Promise.all(named.map((path) => hashOf(path, key)));
  }
  return Object.keys(files).length === 0 ? hash : sha256(canonicalJson({ hash, files }));
}

async function hashOf(path: string, knob: string): Promise<string> {
  const hash = createHash('sha256');
  try {
    for await (const piece of createReadStream(path)) hash.update(piece as Buffer);
  } catch (error) {
    const message = `${knob}: ${path} cannot be read: ${(error as Error).message}; name a file`;
    throw new PipelineError('CONFIG_INVALID', message, { subject: knob });
  }
  return hash.digest('hex');
}
