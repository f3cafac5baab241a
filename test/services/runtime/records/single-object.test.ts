/** Bodies in the blob store, written by this version of the program, an older or a newer one. */
import { readFileSync } from 'node:fs';
import avro from 'avsc';
import { describe, expect, it } from 'vitest';
import { bodyType, bodyWriters } from '../../../../schemas/avro.ts';
import type { TopicBodies } from '../../../../schemas/generated/types.ts';
import {
  decodeSingleObject,
  encodeSingleObject,
  singleObjectHeader,
} from '../../../../services/runtime/records/single-object.ts';

const examples = JSON.parse(
  readFileSync(
    new URL('../../../../schemas/examples/repo-structure.json', import.meta.url),
    'utf8',
  ),
) as { valid: [{ record: { body: TopicBodies['repo-structure'] } }] };
const { body } = examples.valid[0].record;

/** A body as another version of the program would have stored it. */
function writtenBy(type: avro.Type, value: unknown): Buffer {
  return Buffer.concat([singleObjectHeader(type), type.toBuffer(value)]);
}

describe('a body in the blob store', () => {
  // Vectors from Avro's own tests of its Ruby library and from goavro's.
  it.each([
    ['int', 'c3018f5c393f1ad57572'],
    ['string', 'c301c70345637248018f'],
  ])('begins as the specification says for %s', (schema, header) => {
    expect(singleObjectHeader(avro.Type.forSchema(schema)).toString('hex')).toBe(header);
  });

  it('names a schema by its canonical form: neither doc nor default matters', () => {
    const field = { name: 'a', type: 'int' };
    const plain = avro.Type.forSchema({ type: 'record', name: 'R', fields: [field] } as never);
    const told = avro.Type.forSchema({
      doc: 'told',
      fields: [{ default: 3, doc: 'why', ...field }],
      name: 'R',
      type: 'record',
    } as never);
    expect(singleObjectHeader(told)).toEqual(singleObjectHeader(plain));
  });

  it('is read back, and has the same bytes each time', () => {
    const bytes = encodeSingleObject('repo-structure', body);
    expect(bytes).toEqual(encodeSingleObject('repo-structure', structuredClone(body)));
    expect(decodeSingleObject('repo-structure', bytes, 'abc')).toEqual(body);
  });

  it('of the first released schema lacks fields, and is read with their defaults', () => {
    const first = bodyWriters('repo-structure')[0] as avro.Type;
    const old = { ...body, files: body.files.map(({ note: _note, ...file }) => file) };
    const bytes = writtenBy(first, old);
    // Read as if today's schema had written it, the bytes after the missing field shift.
    expect(() => bodyType('repo-structure').fromBuffer(bytes.subarray(10))).toThrow();
    const read = decodeSingleObject('repo-structure', bytes, 'abc');
    const unmarked = body.repository.files.map((file) => ({ ...file, redacted: {}, marked: {} }));
    expect(read).toEqual({
      ...body,
      files: body.files.map((file) => ({ ...file, note: null })),
      repository: { ...body.repository, files: unmarked },
    });
    expect(read.files.length).toBeGreaterThan(0);
  });

  it('of an unknown schema stops the process, and the message says what to do', () => {
    const schema = structuredClone(bodyType('dropped').schema()) as { fields: object[] };
    schema.fields.push({ name: 'later', type: 'string' });
    const later = avro.Type.forSchema(schema as unknown as avro.Schema);
    const fingerprint = Buffer.from(singleObjectHeader(later).subarray(2)).reverse();
    const header = Buffer.concat([singleObjectHeader(later), Buffer.alloc(10)]);
    const decode = () => decodeSingleObject('dropped', header, 'abc');
    expect(decode).toThrow(expect.objectContaining({ code: 'SCHEMA_MISSING', subject: 'dropped' }));
    expect(decode).toThrow(fingerprint.toString('hex'));
    expect(decode).toThrow(/run the version that wrote it, or a later one/);
  });

  it.each<[string, (good: Buffer) => Buffer]>([
    ['without a header', (good) => good.subarray(10)],
    ['cut within the header', (good) => good.subarray(0, 9)],
    ['cut within the data', (good) => good.subarray(0, good.byteLength - 3)],
    ['of nothing', () => Buffer.alloc(0)],
  ])('%s is refused with the name of its blob', (_what, spoil) => {
    const bytes = spoil(encodeSingleObject('repo-structure', body));
    const decode = () => decodeSingleObject('repo-structure', bytes, 'abc');
    expect(decode).toThrow(expect.objectContaining({ code: 'RECORD_INVALID' }));
    expect(decode).toThrow(/blob abc is not a body of repo-structure/);
  });
});
