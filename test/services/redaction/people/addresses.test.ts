/** IPv4 addresses: which networks are public, and which strings only look like addresses. */
import { describe, expect, test } from 'vitest';
import { findAddresses } from '../../../../services/redaction/people/addresses.ts';

const found = (text: string) => findAddresses(text).map(({ start, end }) => text.slice(start, end));

describe('networks', () => {
  /** First and last address of a reserved network, and its public neighbours where it has any. */
  test.each([
    ['this network', '0.0.0.99', '0.255.255.255', null, '1.0.0.99'],
    ['private, 8 bits', '10.0.0.99', '10.255.255.255', '9.255.255.255', '11.0.0.99'],
    ['shared', '100.64.0.0', '100.127.255.255', '100.63.255.255', '100.128.0.0'],
    ['loopback', '127.0.0.1', '127.255.255.255', '126.255.255.255', '128.0.0.0'],
    ['link-local', '169.254.0.0', '169.254.255.255', '169.253.255.255', '169.255.0.0'],
    ['private, 12 bits', '172.16.0.0', '172.31.255.255', '172.15.255.255', '172.32.0.0'],
    ['protocols', '192.0.0.0', '192.0.0.255', '191.255.255.255', '192.0.1.0'],
    ['documentation, 1', '192.0.2.0', '192.0.2.255', '192.0.1.255', '192.0.3.0'],
    ['private, 16 bits', '192.168.0.0', '192.168.255.255', '192.167.255.255', '192.169.0.0'],
    ['benchmarks', '198.18.0.0', '198.19.255.255', '198.17.255.255', '198.20.0.0'],
    ['documentation, 2', '198.51.100.0', '198.51.100.255', '198.51.99.255', '198.51.101.0'],
    ['documentation, 3', '203.0.113.0', '203.0.113.255', '203.0.112.255', '203.0.114.0'],
    ['multicast and beyond', '224.0.0.0', '255.255.255.254', '223.255.255.255', null],
  ])('%s', (_name, first, last, before, after) => {
    expect(found(`${first} ${last}`)).toEqual([]);
    const neighbours = [before, after].filter((address) => address !== null);
    expect(found(neighbours.join(' '))).toEqual(neighbours);
  });
});

describe('strings that only look like addresses', () => {
  test.each([
    'version 81.169.145.90',
    'v81.169.145.90',
    'oid: 81.169.145.90',
    '1.31.2.3',
    '77.77.77.77',
    '81.169.145.90.1',
    '81.169.145.256',
    '81.169.145.90-beta',
    'a.81.169.145.90',
    '114.114.114.114 and 208.67.222.222',
  ])('leaves %s', (text) => {
    expect(found(text)).toEqual([]);
  });

  test.each(['(81.169.145.90)', '81.169.145.90:80', '81.169.145.90.', '1.32.2.3'])(
    'finds the address in %s',
    (text) => {
      expect(found(text)).toHaveLength(1);
    },
  );
});

test('finds every address in a file full of them', () => {
  expect(findAddresses('81.169.145.90 '.repeat(70_000))).toHaveLength(70_000);
});

describe('versions and identifiers of four numbers', () => {
  test.each([
    '<AssemblyVersion>2.4.0.118</AssemblyVersion><FileVersion>2.4.0.118</FileVersion>',
    '<dependency id="Paper" version="3.1.0.77" /><dependency version="[3.1.0.77, 4.0)" />',
    '[assembly: AssemblyFileVersion("2.4.0.118")]',
    '"version": "2.4.0.118"',
    'Version=2.4.0.118, Culture=neutral',
    'upgrade from 2.4.0.117 to 2.4.0.118',
    'package >= 2.4.0.118',
    '"@foo/bar": "2.4.0.118"',
    'gem "foo", "2.4.0.118"',
    'https://cdn.host.org/foo/2.4.0.118/a.js',
    'https://cdn.host.org/a/releases/x64/81.169.145.90/a.js',
    'https://host.org/sdk/win/81.169.145.90/',
    'https://dl.host.org/edge/25.10.100.118/setup.exe',
    'firmware 2.4.0.118',
    'tag: "2.4.0.118"',
    '"com.host:name:2.4.0.118"',
    '## [2.4.0.118] - 2019-01-01',
    '4.3.2.118 Overview',
    '1.3.101.112 and 2.5.29.37',
    'Chrome/50.0.66.75 Safari/137.36.1.1',
  ])('%s stays', (text) => {
    expect(found(text)).toEqual([]);
  });

  test.each([
    'http://5.9.12.30/x',
    'ip: 23.20.1.5',
    'nameserver 31.13.24.8',
    'ssh root@81.169.145.90',
    'https://ip.host.org/81.169.145.90',
    'https://ipinfo.io/93.184.216.34/json',
    'https://rdap.arin.net/registry/ip/93.184.216.34/',
    'https://rdap.arin.net/registry/ip/23.20.216.34/',
    'https://version.host.org/93.184.216.34/json',
    '81.169.145.90 host.of.it',
    '81.169.145.90 - - [10/Oct/2000]',
    'host = 81.169.145.90 # version 2',
    'api_version_url = http://81.169.145.90/v1',
  ])('the address in %s goes', (text) => {
    expect(found(text)).toHaveLength(1);
  });
});
