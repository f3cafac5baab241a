/** Lines that state a copyright are told from words of licences about copyright. */
import { expect, test } from 'vitest';
import { statedCopyright } from '../../../../../services/cli/commands/provenance/notices.ts';

test.each([
  [
    ' * Copyright (c) 2009-2014 TJ Holowaychuk <tj@host.org>',
    'Copyright (c) 2009-2014 TJ Holowaychuk <tj@host.org>',
  ],
  ['# Copyright 2021 Ann Lee', 'Copyright 2021 Ann Lee'],
  ['// (C) 2001 Ann Lee */', '(C) 2001 Ann Lee'],
  ['-- © Ann Lee', '© Ann Lee'],
  ['# SPDX-FileCopyrightText: 2020 Ann Lee', 'SPDX-FileCopyrightText: 2020 Ann Lee'],
  ['<!-- Copyright © 2020 Ann Lee. -->', 'Copyright © 2020 Ann Lee.'],
  ['; Portions Copyright (c) 1994 The Regents', 'Portions Copyright (c) 1994 The Regents'],
])('%s', (line, stated) => {
  expect(statedCopyright(line)).toBe(stated);
});

test.each([
  'The above copyright notice and this permission notice shall be included in all copies',
  'copyright notice that is included in or attached to the work',
  'Copyright [yyyy] [name of copyright owner]',
  '2. Grant of Copyright License. Subject to the terms and conditions of',
  'copyright holders be liable for any claim',
  'const copyright = year;',
  `Copyright ${'a'.repeat(400)}`,
])('%s', (line) => {
  expect(statedCopyright(line)).toBeNull();
});
