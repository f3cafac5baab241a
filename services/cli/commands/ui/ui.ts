/**
 * `backstory ui OUT…`: shows outputs in a browser, until it is stopped. It only reads, unless it is
 * told to allow changes.
 */
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { isAbsolute, join, resolve } from 'node:path';
import { systemClock, timeOfDayMs } from '../../../runtime/clock.ts';
import { PipelineError } from '../../../runtime/errors.ts';
import { storageKnobs } from '../../../runtime/store/objects/config.ts';
import { openThreads } from '../../../runtime/threads.ts';
import type { QualitySection } from '../../../ui/api.ts';
import { type OutputPlace, serveOutput } from '../../../ui/reading/served-output.ts';
import { isLoopback } from '../../../ui/server/guard.ts';
import { pageFiles } from '../../../ui/server/page-files.ts';
import { startUiServer } from '../../../ui/server/server.ts';
import type { ShowOptions } from '../../../ui/server/shown.ts';
import { type CommandContext, writeJson, writeLine } from '../../context.ts';
import { type ExitCode, exitCodes } from '../../failures.ts';
import { isRemote } from '../../open/output-place.ts';
import { type ConfigurationOptions, loadConfiguration } from '../../open/settings.ts';
import { writeBundle } from './bundle.ts';
import { type LiveOptions, openLives } from './live.ts';

export interface UiOptions extends LiveOptions {
  readonly host: string;
  readonly port: string;
  readonly json?: boolean;
  /** Writes a copy of the page there instead of serving it. */
  readonly bundle?: string;
}

export async function uiCommand(
  context: CommandContext,
  outs: readonly string[],
  options: UiOptions,
): Promise<ExitCode> {
  const { signal } = context;
  const { host } = options;
  const port = readPort(options.port);
  refuseMix(options);
  const cache = cacheFolder(context.environment);
  const places = await Promise.all(outs.map((out) => placeOf(context, out, options)));
  const outputs = await Promise.all(places.map((place) => serveOutput(place, cache, signal)));
  const lives = await openLives(context, places, outputs, options);
  const quality = openThreads<OutputPlace, readonly QualitySection[]>({
    module: new URL('./quality-thread.ts', import.meta.url),
    data: null,
    threadsMax: 1,
    name: 'quality report',
    died: (cause) => new Error(`the thread that measures quality ended: ${cause.message}`),
  });
  const mayChange = options.allowChanges === true;
  const show: ShowOptions = {
    ...{ outputs, lives, mayChange, now: systemClock.nowMs, timeMs: timeOfDayMs },
    measureQuality: (output) => quality.ask(places[outputs.indexOf(output)] as OutputPlace),
  };
  const { bundle } = options;
  if (bundle !== undefined) {
    return writeBundle(context, show, { ...options, bundle }).finally(() => quality.close());
  }
  const token = isLoopback(host) && !mayChange ? null : randomBytes(16).toString('hex');
  const server = await startUiServer({
    ...show,
    ...{ page: await pageFiles(), host, port, token, hide: context.redactor.hideKnown },
  });
  const name = host.includes(':') ? `[${host}]` : host;
  const url = `http://${name}:${server.port}/${token === null ? '' : `?token=${token}`}`;
  if (options.json === true) writeJson(context.out, { url });
  else {
    writeLine(context.out, url);
    writeLine(context.err, 'open this address in a browser; stop with Ctrl-C');
  }
  if (!signal.aborted) await once(signal, 'abort');
  await server.close();
  await quality.close();
  return exitCodes.fine;
}

/** A copy is of what is there: nothing is watched or changed. */
function refuseMix({ bundle, cluster, allowChanges }: UiOptions): void {
  if (bundle === undefined || (cluster !== true && allowChanges !== true)) return;
  const other = cluster === true ? '--cluster' : '--allow-changes';
  throw new PipelineError('USAGE', `--bundle writes files and ends: it takes no ${other}`, {
    subject: '--bundle',
  });
}

function readPort(text: string): number {
  if (/^\d{1,5}$/.test(text) && Number(text) < 65_536) return Number(text);
  throw new PipelineError('USAGE', `--port ${text} is not a port: a number from 0 to 65535`, {
    subject: '--port',
  });
}

async function placeOf(
  context: CommandContext,
  out: string,
  options: ConfigurationOptions,
): Promise<OutputPlace> {
  const folder = resolve(context.workingFolder, out);
  if (!isRemote(out)) {
    return { label: out, place: { settings: storageKnobs.parse({}), folder }, runFolder: folder };
  }
  const { values } = await loadConfiguration(context, options, { 'storage.url': out });
  return { label: out, place: { settings: values.storage, folder }, runFolder: null };
}

/** Null where the environment names no place for it: then nothing is kept. */
function cacheFolder({ XDG_CACHE_HOME, HOME }: CommandContext['environment']): string | null {
  const named = XDG_CACHE_HOME !== undefined && isAbsolute(XDG_CACHE_HOME) ? XDG_CACHE_HOME : null;
  const home = HOME === undefined || HOME === '' ? null : join(HOME, '.cache');
  const parent = named ?? home;
  return parent === null ? null : join(parent, 'backstory', 'ui');
}
