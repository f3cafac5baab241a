/**
 * `npm run bench -- near-duplicates [--packages FOLDER] [--json]`: how well near duplicates are
 * found among the files of released packages, in several versions each, beside the exact
 * similarity of all pairs; how fast; and what the entries take in memory. A repository is compared
 * with earlier ones only, as in a run. Packages come from npm once, unless a folder of `.tgz` is
 * given.
 */
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { unpack } from '../../services/stages/admit/archive/unpack.ts';
import { admitKnobs } from '../../services/stages/admit/config.ts';
import { minimaOf, signatureOf } from '../../services/stages/discover/near-duplicates/minima.ts';
import { shinglesOf } from '../../services/stages/discover/near-duplicates/shingles.ts';
import {
  type Match,
  matchesMax,
  NearIndex,
} from '../../services/stages/discover/near-duplicates/similar-entries.ts';
import {
  comparedBytesMax,
  shinglesMin,
} from '../../services/stages/discover/near-duplicates/sketches.ts';
import type { Report } from '../bench.ts';
import { obtainArchives } from './corpora/fetch-packages.ts';
import { cacheFolder, runTool } from './structure/obtain/tools.ts';

/** Released versions of each: what changed between them is a near duplicate, or not. */
const versions = `ajv@6.12.6 ajv@8.11.0 ajv@8.17.1 antd@5.10.0 antd@5.22.2 axios@1.6.0 axios@1.7.9
  @babel/types@7.22.5 @babel/types@7.26.0 chalk@4.1.2 chalk@5.3.0 commander@11.1.0
  commander@12.1.0 core-js@3.30.0 core-js@3.39.0 date-fns@2.28.0 date-fns@2.30.0 date-fns@3.6.0
  eslint@8.40.0 eslint@8.57.1 eslint@9.16.0 express@4.18.2 express@4.21.2 fastify@4.24.3
  fastify@5.2.0 graphql@15.8.0 graphql@16.6.0 graphql@16.9.0 highlight.js@11.8.0
  highlight.js@11.10.0 immer@9.0.21 immer@10.1.1 jsdom@20.0.3 jsdom@22.1.0 jsdom@25.0.1
  koa@2.14.2 koa@2.15.3 lodash@4.17.15 lodash@4.17.21 mocha@10.2.0 mocha@10.8.2 pg@8.11.3
  pg@8.13.1 preact@10.19.2 preact@10.24.3 ramda@0.28.0 ramda@0.30.1 rxjs@6.6.7 rxjs@7.5.7
  rxjs@7.8.1 three@0.150.0 three@0.158.0 three@0.170.0 undici@5.28.4 undici@6.21.0
  webpack@5.88.0 webpack@5.97.1 zod@3.22.4 zod@3.24.1`;

const similarityMin = 0.7;

const bands = [
  [0.6, 0.65],
  [0.65, 0.7],
  [0.7, 0.75],
  [0.75, 0.8],
] as const;

interface Text {
  readonly owner: number;
  readonly key: Buffer;
  /** Without repetition, in ascending order. */
  readonly shingles: Uint32Array;
}

export async function run(report: Report): Promise<void> {
  const { values } = parseArgs({
    allowPositionals: true,
    options: { json: { type: 'boolean' }, packages: { type: 'string' } },
  });
  const folder = values.packages ?? (await obtainVersions());
  const { texts, found, bytes, seconds, memory } = await sketch(folder);
  const exact = exactPairs(texts);
  const isFound = (at: number) => (found[at]?.length ?? 0) > 0;
  report({ metric: 'files compared', value: texts.length, unit: 'files' });
  report({ metric: 'speed of one core', value: bytes / 1e6 / seconds, unit: 'MB/s' });
  report({ metric: 'memory per million files', value: memory / texts.length, unit: 'MB' });
  for (const least of [0.7, 0.75, 0.8, 0.9]) {
    const wanted = texts.flatMap((_, at) => ((exact[at]?.best ?? 0) >= least ? at : []));
    const hit = wanted.filter(isFound).length;
    report({ metric: `files similar by ${least}`, value: wanted.length, unit: 'files' });
    report({ metric: `recall by ${least}`, value: hit / Math.max(1, wanted.length), unit: '' });
  }
  // Around the bound: what is a little below it may be reported, and what is above it missed.
  for (const [from, to] of bands) {
    const within = texts.flatMap((_, at) => {
      const best = exact[at]?.best ?? 0;
      return best >= from && best < to ? at : [];
    });
    const share = within.filter(isFound).length / Math.max(1, within.length);
    report({ metric: `files similar by ${from} to ${to}`, value: within.length, unit: 'files' });
    report({ metric: `reported of those by ${from} to ${to}`, value: share, unit: '' });
  }
  const reported = texts.flatMap((_, at) => (isFound(at) ? at : []));
  for (const least of [0.65, similarityMin]) {
    const right = reported.filter((at) => (exact[at]?.best ?? 0) >= least).length;
    const metric = `precision, right being ${least}`;
    report({ metric, value: right / Math.max(1, reported.length), unit: '' });
  }
}

async function obtainVersions(): Promise<string> {
  const cache = cacheFolder(process.env);
  await mkdir(cache, { recursive: true });
  return obtainArchives('versions', { npm: versions, pip: '' }, { run: runTool, cache });
}

/** Every file, what was found for it, and what it took. */
async function sketch(folder: string) {
  const entries = new NearIndex(similarityMin, 10_000_000);
  const texts: Text[] = [];
  const found: (readonly Match[])[] = [];
  let bytes = 0;
  let seconds = 0;
  const names = readdirSync(folder).filter((name) => name.endsWith('.tgz'));
  for (const [owner, name] of names.sort().entries()) {
    const { files } = await unpack(readFileSync(join(folder, name)), 'tgz', admitKnobs.parse({}));
    const started = process.cpuUsage();
    const own = files.flatMap((file) => {
      if (file.bytes.byteLength > comparedBytesMax) return [];
      bytes += file.bytes.byteLength;
      const shingles = shinglesOf(file.bytes);
      if (shingles.length < shinglesMin) return [];
      const signature = signatureOf(minimaOf(shingles));
      return [{ file, shingles, signature, matches: entries.similar(signature) }];
    });
    const keyed = own.map((one) => {
      return { ...one, key: createHash('sha256').update(one.file.bytes).digest() };
    });
    for (const { key, signature, matches } of keyed) {
      if (matches.length < matchesMax) entries.add({ key, signature }, owner);
    }
    const { user, system } = process.cpuUsage(started);
    seconds += (user + system) / 1e6;
    for (const { key, shingles, matches } of keyed) {
      texts.push({ owner, key, shingles: Uint32Array.from(new Set(shingles)).sort() });
      found.push(matches);
    }
  }
  return { texts, found, bytes, seconds, memory: entries.bytes };
}

interface Exact {
  /** The similarity to the most similar file of an earlier package. */
  readonly best: number;
}

/**
 * Exact similarities above 0.6, by prefix filtering: two sets that are so similar share one of the
 * rarest elements of each.
 */
function exactPairs(texts: readonly Text[]): readonly Exact[] {
  const least = 0.6;
  const counts = new Map<number, number>();
  for (const { shingles } of texts) {
    for (const shingle of shingles) counts.set(shingle, (counts.get(shingle) ?? 0) + 1);
  }
  const holders = new Map<number, number[]>();
  return texts.map(({ owner, shingles }, at) => {
    const rarest = [...shingles].sort(
      (a, b) => (counts.get(a) ?? 0) - (counts.get(b) ?? 0) || a - b,
    );
    const prefix = rarest.slice(0, shingles.length - Math.ceil(least * shingles.length) + 1);
    const candidates = new Set(prefix.flatMap((shingle) => holders.get(shingle) ?? []));
    let best = 0;
    for (const other of candidates) {
      const text = texts[other] as Text;
      if (text.owner !== owner) best = Math.max(best, jaccard(shingles, text.shingles));
    }
    for (const shingle of prefix) {
      const list = holders.get(shingle);
      if (list === undefined) holders.set(shingle, [at]);
      else list.push(at);
    }
    return { best };
  });
}

function jaccard(a: Uint32Array, b: Uint32Array): number {
  let [left, right, both] = [0, 0, 0];
  while (left < a.length && right < b.length) {
    const [one, other] = [a[left] as number, b[right] as number];
    if (one === other) both += 1;
    if (one <= other) left += 1;
    if (other <= one) right += 1;
  }
  return both / (a.length + b.length - both);
}
