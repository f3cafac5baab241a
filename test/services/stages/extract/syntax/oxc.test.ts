/** oxc's tree out of its memory is the tree that it gives as JSON. */
import { parseSync } from 'oxc-parser';
import { describe, expect, it } from 'vitest';
import { openOxc } from '../../../../../services/stages/extract/syntax/oxc.ts';

const parse = openOxc();

describe('the tree', () => {
  it.each([
    ['ts', '/** Größe. */ export const größe: bigint = 10n; // 𝒳\nexport * as a from "./b";'],
    ['tsx', 'abstract class A<in out T> { #x = /a(b)/gu; f = () => <p.Q x="é">{`1`}</p> }'],
    ['dts', 'declare module "x" { export function f(): import("y").T }'],
    ['jsx', '"use strict"; const { a } = require("\\u0062"), s = "\\ud800";'],
    ['ts', 'let let = 3; class {'],
  ] as const)('is that of the JSON: %s %s', (lang, text) => {
    const [own, given] = [parse, parseSync].map((each) => {
      const { program, comments, errors } = each('file.ts', text, { lang, preserveParens: false });
      return { program, comments, errors };
    });
    expect(own).toEqual(given);
  });

  it('is there for calls nested too deeply to be taken out of its memory', () => {
    const text = `x = ${'f('.repeat(3000)}${')'.repeat(3000)}`;
    const { program } = parse('file.js', text, { lang: 'jsx' });
    expect(program.body).toHaveLength(1);
  });
});
