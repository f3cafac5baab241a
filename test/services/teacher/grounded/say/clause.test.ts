/** Documentation sentences become clauses that read well and never copy a long run. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { docClause, predicateOf } from '../../../../../services/teacher/grounded/say/clause.ts';

const examples: readonly (readonly [doc: string, name: string, predicate: string | null])[] = [
  ['Return the value of a key.', 'get', 'returns the value of a key'],
  [
    'Serialize data as JSON and write to a file.',
    'dump',
    'serializes data as JSON and writes to a file',
  ],
  [
    'NoArgs returns an error if any args are included.',
    'NoArgs',
    'returns an error if any args are included',
  ],
  [
    'The request context contains per-request information.',
    'C',
    'contains per-request information',
  ],
  [
    'This class holds a number value that is lazily converted.',
    'L',
    'holds a number value that is lazily converted',
  ],
  ['A wrapper for `Vec<u8>` that provides text.', 'B', 'is a wrapper for Vec that provides text'],
  [
    'Raised if an application cannot be found or loaded.',
    'E',
    'is raised if an application cannot be found or loaded',
  ],
  ['Options for the command line.', 'O', 'serves as options for the command line'],
  [
    'The flask object implements a WSGI application and acts as the central object of everything.',
    'F',
    'implements a WSGI application',
  ],
  ['Looks for :class:`~jinja2.Template` files here.', 'L', 'looks for jinja2.Template files here'],
  [
    'The values that the knob kind and its neighbours of a section of the configuration take.',
    'k',
    null,
  ],
  ['Copyright 2020 the authors of this.', 'x', null],
  ['Subclass this class and override dispatch_request.', 'View', null],
  ['If you need it, call this.', 'x', null],
  [`${'to'}do: make this faster`, 'x', null],
  ['Short.', 'x', null],
  ['Build and send a request.', 'request', 'builds and sends a request'],
  ['Similar to the read method of a file.', 'read', 'is similar to the read method of a file'],
  // What the name says already, and what goes on in a list that is not shown.
  ['Returns the human readable name.', 'human_readable_name', null],
  ['Parses the headers.', 'parseHeader', null],
  ['A value is considered missing if:', 'value_is_missing', null],
  ['', 'x', null],
];

test.each(examples)('%s', (doc, name, wanted) => {
  const clause = docClause(doc, name);
  expect(clause === null ? null : predicateOf(clause)).toBe(wanted);
});

test('any text gives null or a clause of bounded length on one line', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme', maxLength: 300 }), (doc) => {
      const clause = docClause(doc, 'name');
      if (clause === null) return;
      expect(clause).not.toContain('\n');
      expect(clause.match(/[\p{L}\p{N}_]+/gu)?.length ?? 0).toBeLessThanOrEqual(10);
    }),
  );
});
