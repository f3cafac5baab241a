/** IPv6 addresses: every spelling goes and gets one placeholder; what only looks alike stays. */
import { describe, expect, test } from 'vitest';
import { findIpv6 } from '../../../../services/redaction/people/ipv6.ts';
import { createPlaceholders, redact } from '../../../../services/redaction/redaction.ts';

const clean = (text: string) => redact(text, findIpv6(text), createPlaceholders()).text;

describe('public addresses', () => {
  const surroundings = [
    '@@',
    'http://[@@]:8080/x',
    'inet6 addr:@@/64 Scope:Global',
    'AAAA  @@.',
    'from @@: refused',
    '"ip":"@@"',
    'allow=@@,x',
  ];
  test.each([
    '2a02:8109:9f3f:9a20:1c2d:33ff:fe4b:5c6d',
    '2a02:8109:9f3f::5c6d',
    '2A02:8109:9F3F::5C6D',
    '2607:f8b0:4005:805::200e',
    '2002:5191:915a::1',
    '3ffe:1900:4545:3:200:f8ff:fe21:67cf',
    '2a02:8109:9f3f:9a20::',
  ])('%s goes wherever it stands', (address) => {
    for (const around of surroundings) {
      expect(clean(around.replace('@@', address))).toBe(around.replace('@@', '2001:db8::1'));
    }
  });

  test('one address has one placeholder in all its spellings', () => {
    const text = '2a02:8109::5c6d 2A02:8109:0:0::5C6D 2a02:8109:0:0:0:0:0:5c6d 2a02:8109::5c6e';
    expect(clean(text)).toBe('2001:db8::1 2001:db8::1 2001:db8::1 2001:db8::2');
  });
});

describe('what stays', () => {
  test.each([
    '::1',
    'fe80::1c2d:33ff:fe4b:5c6d%eth0',
    'fd12:3456:789a::1',
    'ff02::1:ff4b:5c6d',
    '2001:db8:85a3::8a2e:370:7334',
    '3fff:1:2::3',
    'nameserver 2001:4860:4860::8888',
    '2000::/3',
    '2001:db8::/32',
    'route 2a00:1450::/32',
    '20:16:d8:aa:bb:cc',
    '20:16:d8:aa:bb:cc:dd:ee',
    '2016:12:31 23:59:59',
    'std::vector<int>::iterator',
    '2abc::def::x',
    'fingerprint 2a3b:4c5d:6e7f:8091:a2b3:c4d5:e6f7:0819',
    '2a3b:4c5d:6e7f:8091:a2b3:c4d5:e6f7:0819:2a3b:4c5d',
    'a2a02:8109:9f3f::5c6d',
    '1:2a02:8109:9f3f::5c6d',
    'a-2a02:8109:9f3f::5c6d',
    '2a02:8109:9f3f::5c6g',
    'v2.2001:1:2::3',
  ])('%s', (text) => expect(clean(text)).toBe(text));

  test('a long row of groups takes one reading', () => {
    const text = '2a3b:'.repeat(200_000);
    expect(clean(text)).toBe(text);
  });
});
