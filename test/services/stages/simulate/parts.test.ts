/** I1: the parts of any file are together its bytes; they begin where definitions do. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Definition } from '../../../../schemas/generated/types.ts';
import { countLines, lineRange } from '../../../../schemas/lines.ts';
import { divideFile } from '../../../../services/stages/simulate/parts.ts';

function definition(startLine: number, endLine: number, parent: string | null = null): Definition {
  return {
    name: `d${startLine}`,
    kind: parent === null ? 'function' : 'method',
    startLine,
    endLine,
    parent,
    exported: true,
    signature: `def d${startLine}()`,
    doc: null,
  };
}

/** Functions of `body` lines, each after a comment, with a blank line between two. */
function functions(count: number, body: number): { code: string; symbols: Definition[] } {
  const lines: string[] = [];
  const symbols: Definition[] = [];
  for (let at = 0; at < count; at += 1) {
    lines.push(`# about ${at}`, `def d${at}():`);
    const start = lines.length;
    for (let line = 0; line < body; line += 1) lines.push(`    x${line} = ${line}`);
    symbols.push(definition(start, lines.length));
    lines.push('');
  }
  return { code: `${lines.join('\n')}\n`, symbols };
}

const limits = { partBytesMax: 600, partsMax: 8 };

describe('the parts of a long file', () => {
  it('begin at definitions, with the comments that precede them', () => {
    const { code, symbols } = functions(12, 10);
    const parts = divideFile(code, symbols, limits);
    expect(parts.length).toBeGreaterThan(2);
    for (const { fromLine, toLine } of parts) {
      expect(lineRange(code, fromLine, toLine)).toMatch(/^# about \d+\ndef /);
    }
  });

  it('are one where the file is short, the knob is 0, or there is no border', () => {
    const { code, symbols } = functions(12, 10);
    const whole = [{ fromLine: 1, toLine: countLines(code) }];
    expect(divideFile(code, symbols, { ...limits, partBytesMax: 100_000 })).toEqual(whole);
    expect(divideFile(code, symbols, { ...limits, partBytesMax: 0 })).toEqual(whole);
    expect(divideFile(code, [], limits)).toEqual(whole);
    expect(divideFile(code, [definition(1, countLines(code))], limits)).toEqual(whole);
  });

  it('begin at the members of a class that is longer than a part', () => {
    const { code, symbols } = functions(12, 10);
    const members = symbols.map((symbol) => ({ ...symbol, parent: 'C' }));
    const parts = divideFile(code, [definition(1, countLines(code)), ...members], limits);
    expect(parts.length).toBeGreaterThan(2);
    for (const { fromLine } of parts) expect(lineRange(code, fromLine, fromLine)).toMatch(/^# /);
  });

  it('are at most as many as the knob says, and none is small', () => {
    const { code, symbols } = functions(60, 10);
    const parts = divideFile(code, symbols, { ...limits, partsMax: 4 });
    expect(parts).toHaveLength(4);
    for (const { fromLine, toLine } of parts) {
      expect(lineRange(code, fromLine, toLine).length).toBeGreaterThan(code.length / 12);
    }
  });

  it('are adjacent and together the file, whatever its line ends and outline', () => {
    const line = fc.stringMatching(/^[a-z@ é]{0,30}$/);
    const end = fc.constantFrom('\n', '\r\n', '\r');
    const text = fc
      .array(fc.tuple(line, end), { minLength: 1, maxLength: 80 })
      .map((lines) => lines.map(([body, close]) => body + close).join(''));
    const spans = fc.array(fc.tuple(fc.nat(90), fc.nat(90)), { maxLength: 20 });
    fc.assert(
      fc.property(text, line, spans, (lines, last, places) => {
        const code = lines + last;
        const symbols = places.map(([a, b]) => definition(Math.min(a, b) + 1, Math.max(a, b) + 1));
        const parts = divideFile(code, symbols, { partBytesMax: 80, partsMax: 5 });
        const bodies = parts.map(({ fromLine, toLine }) => lineRange(code, fromLine, toLine));
        expect(bodies.join('')).toBe(code);
        expect(parts[0]?.fromLine).toBe(1);
        expect(parts.at(-1)?.toLine).toBe(countLines(code));
        for (const [at, part] of parts.entries()) {
          expect(part.toLine).toBeGreaterThanOrEqual(part.fromLine);
          if (at > 0) expect(part.fromLine).toBe((parts[at - 1]?.toLine ?? 0) + 1);
        }
      }),
    );
  });
});
