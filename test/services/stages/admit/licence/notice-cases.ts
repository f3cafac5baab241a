/** Notices at the head of files, as they occur in the wild, and what each states. */

/** Path, text, and the expression; null where the file states nothing. */
export type NoticeCase = readonly [path: string, text: string, expression: string | null];

const gpl = (version: string) =>
  `This program is free software; you can redistribute it and/or modify
it under the terms of the GNU General Public License as published by
the Free Software Foundation; ${version}.`;

/** Each line behind a mark, as in a comment. */
const behind = (mark: string, text: string) =>
  text
    .split('\n')
    .map((line) => `${mark} ${line}`.trimEnd())
    .join('\n');

const later = 'either version 2 of the License, or\n(at your option) any later version';
const mitText = `Permission is hereby granted, free of charge, to any person obtaining a copy of
this software and associated documentation files, to deal in the Software, subject to:

The above copyright notice and this permission notice shall be included in all copies or
substantial portions of the Software.

THE SOFTWARE IS PROVIDED "AS IS", WITHOUT WARRANTY OF ANY KIND.`;
const bsdText = `Copyright (c) 2011, Some Body
All rights reserved.

Redistribution and use in source and binary forms, with or without modification, are permitted
provided that the following conditions are met:
1. Redistributions of source code must retain the above copyright notice.
2. Redistributions in binary form must reproduce the above copyright notice.
3. The name may not be used to endorse or promote products derived from this software without
   specific prior written permission.`;

const quotes = '"'.repeat(3);
const indented = (text: string) => text.replaceAll('\n', '\n  ');
/** A notebook of one cell. */
const cell = (type: string, text: string) =>
  JSON.stringify({ cells: [{ cell_type: type, source: text.split(/^/m), metadata: {} }] });

export const copyleft: readonly NoticeCase[] = [
  [
    'a.c',
    '// Under the terms of the GNU General Public License, of which a copy is in the main directory of this\n// archive for all who read it; needs kernel version 2.6.\n',
    'GPL-1.0-or-later',
  ],
  [
    'a.py',
    '# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or\n# https://www.gnu.org/licenses/gpl-3.0.txt)\nimport os\n',
    'GPL-3.0-or-later',
  ],
  [
    'a.py',
    '# GNU General Public License v3.0+ https://www.gnu.org/licenses/gpl-3.0.txt\nimport os\n',
    'GPL-3.0-or-later',
  ],
  [
    'a.py',
    '# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)\n',
    'GPL-3.0-or-later',
  ],
  ['a.rst', '.. SPDX-License-Identifier: GPL-2.0\n\nTitle\n', 'GPL-2.0-only'],
  ['a.f90', '! This software is governed by the CeCILL license under French law\n', 'CECILL-2.1'],
  ['a.py', '# From https://example.org/a/1, licensed under CC BY-SA 4.0\n', 'CC-BY-SA-4.0'],
  [
    'a.js',
    '/* Licensed under the Creative Commons Attribution-ShareAlike 3.0 Unported License. */\n',
    'CC-BY-SA-3.0',
  ],
  [
    'a.js',
    '/* licensed under a Creative Commons Attribution-NonCommercial-ShareAlike 4.0 License. */\n',
    'CC-BY-NC-SA-4.0',
  ],
  [
    'a.go',
    '// Licensed under the Apache License 2.0 with the Commons Clause.\n',
    'Apache-2.0 AND LicenseRef-Commons-Clause',
  ],
  ['a.c', `/*\n${behind(' *', gpl(later))}\n */\n`, 'GPL-2.0-or-later'],
  ['a.c', `/*\n${gpl('version 2')}\n*/\nint a;\n`, 'GPL-2.0-only'],
  [
    'a.py',
    `#!/usr/bin/python\n${behind('#', gpl('either version 3 of the License, or\n(at your option) any later version'))}\n`,
    'GPL-3.0-or-later',
  ],
  ['a.py', `"""Parses.\n\n${gpl(later)}\n"""\nimport os\n`, 'GPL-2.0-or-later'],
  ['a.lua', `--[[\n${gpl(later)}\n]]\n`, 'GPL-2.0-or-later'],
  ['a.html', `<!--\n${gpl(later)}\n-->\n<html></html>\n`, 'GPL-2.0-or-later'],
  ['a.ml', `(* ${gpl(later)} *)\n`, 'GPL-2.0-or-later'],
  ['a.el', `${behind(';;', gpl(later))}\n`, 'GPL-2.0-or-later'],
  ['a.vim', `${behind('"', gpl(later))}\n`, 'GPL-2.0-or-later'],
  ['a.tex', `${behind('%', gpl(later))}\n`, 'GPL-2.0-or-later'],
  ['a.f', `${behind('C', gpl(later))}\n`, 'GPL-2.0-or-later'],
  ['a.pas', `{\n${gpl(later)}\n}\n`, 'GPL-2.0-or-later'],
  ['a.rb', `=begin\n${gpl(later)}\n=end\n`, 'GPL-2.0-or-later'],
  ['a.php', `<?php\n/**\n${behind(' *', gpl(later))}\n */\n`, 'GPL-2.0-or-later'],
  ['a.jsx', `{/* ${gpl(later)} */}\n`, 'GPL-2.0-or-later'],
  ['a.hbs', `{{!-- ${gpl(later)} --}}\n`, 'GPL-2.0-or-later'],
  ['a.liquid', `{% comment %}\n${gpl(later)}\n{% endcomment %}\n`, 'GPL-2.0-or-later'],
  ['a.pug', `//-\n  ${indented(gpl(later))}\ndiv\n`, 'GPL-2.0-or-later'],
  ['a.rst', `..\n  ${indented(gpl(later))}\n\nTitle\n`, 'GPL-2.0-or-later'],
  ['a.adoc', `////\n${gpl(later)}\n////\n`, 'GPL-2.0-or-later'],
  ['a.m', `%{\n${gpl(later)}\n%}\n`, 'GPL-2.0-or-later'],
  ['a.st', `"${gpl(later)}"\n`, 'GPL-2.0-or-later'],
  ['a.apl', `${behind('⍝', gpl(later))}\n`, 'GPL-2.0-or-later'],
  ['a.fth', `${behind('\\', gpl(later))}\n`, 'GPL-2.0-or-later'],
  ['a.bas', `${behind('10 REM', gpl(later))}\n`, 'GPL-2.0-or-later'],
  ['a.svg', `<svg width="1"><!-- ${gpl(later)} --></svg>\n`, 'GPL-2.0-or-later'],
  ['a.py', `import os\n${quotes}\n${gpl(later)}\n${quotes}\n`, 'GPL-2.0-or-later'],
  ['a.md', '[//]: # (SPDX-License-Identifier: GPL-3.0-only)\n\nText.\n', 'GPL-3.0-only'],
  ['a.js', "let a = '//'; // SPDX-License-Identifier: GPL-3.0-only\n", 'GPL-3.0-only'],
  ['a.js', '// https://stackoverflow.com/a/1, CC BY-SA 4.0\nlet a;\n', 'CC-BY-SA-4.0'],
  ['a.ipynb', cell('code', '# Licensed under the GPL v3\nx = 1\n'), 'GPL-3.0-only'],
  ['a.ipynb', cell('markdown', 'This notebook is licensed under the GPL v3.'), 'GPL-3.0-only'],
  ['a.c', `#include <a.h>\n\n/* ${gpl(later)} */\n`, 'GPL-2.0-or-later'],
  ['a.c', `// ${gpl(later).replaceAll('\n', '\r// ')}\rint a;\r`, 'GPL-2.0-or-later'],
  [
    'a.c',
    '/* This library is free software; you can redistribute it and/or modify it under the terms of\n' +
      ' * the GNU Lesser General Public License as published by the Free Software Foundation;\n' +
      ' * either version 2.1 of the License, or (at your option) any later version. */\n',
    'LGPL-2.1-or-later',
  ],
  ['a.c', '/* Licensed under the LGPL 2. */\n', 'LGPL-2.0-only'],
  [
    'a.c',
    '/* Licensed under the GNU Library General Public License v2+. */\n',
    'LGPL-2.0-or-later',
  ],
  [
    'a.js',
    '// This file is part of X. X is free software: you can redistribute it and/or modify it under\n' +
      '// the terms of the GNU Affero General Public License as published by the Free Software\n' +
      '// Foundation, either version 3 of the License, or (at your option) any later version.\n',
    'AGPL-3.0-or-later',
  ],
  [
    'a.js',
    '/* This Source Code Form is subject to the terms of the Mozilla Public\n * License, v. 2.0. If a copy of the MPL was not distributed with this\n * file, You can obtain one at http://mozilla.org/MPL/2.0/. */\n',
    'MPL-2.0',
  ],
  [
    'a.java',
    '/*\n * This program and the accompanying materials are made available under the\n * terms of the Eclipse Public License 2.0 which is available at\n * https://www.eclipse.org/legal/epl-2.0/\n */\n',
    'EPL-2.0',
  ],
  ['a.js', '// Licensed under the GPL v3\n', 'GPL-3.0-only'],
  ['a.js', '// GPLv2, see COPYING\n', 'GPL-2.0-only'],
  ['a.js', '// GPL v2 or later\n', 'GPL-2.0-or-later'],
  ['a.js', '// GPL-2.0-with-autoconf-exception\n', 'GPL-2.0-only'],
  ['a.js', '// (c) 2010 Ann, GPL\n', 'GPL-1.0-or-later'],
  ['a.js', '// This file is under the LGPL 2.1.\n', 'LGPL-2.1-only'],
  ['a.js', '/* Released under the GPLv2+ license. */\n', 'GPL-2.0-or-later'],
  ['a.js', '/** @license GPL-3.0 */\n', 'GPL-3.0-only'],
  ['a.c', '/* MPL-2.0 */\nint a;\n', 'MPL-2.0'],
  [
    'a.php',
    '<?php\n/**\n * @license http://www.gnu.org/licenses/gpl-2.0.html GNU General Public License v2\n */\n',
    'GPL-2.0-only',
  ],
  ['a.php', '<?php\n/*\nPlugin Name: Form\nLicense: GPLv2 or later\n*/\n', 'GPL-2.0-or-later'],
  ['a.py', '__license__ = "GPLv3"\n', 'GPL-3.0-only'],
  ['a.py', '# License: GNU GPL\n', 'GPL-1.0-or-later'],
  ['a.c', '#include <linux/module.h>\nMODULE_LICENSE("GPL");\n', 'GPL-2.0-only'],
  [
    'a.js',
    '// This file is licensed under the Server Side Public License, version 1.\n',
    'SSPL-1.0',
  ],
  ['a.py', '# This code is licensed under CC BY-NC 4.0\n', 'CC-BY-NC-4.0'],
  ['a.c', '// SPDX-License-Identifier: gpl-2.0\n', 'GPL-2.0-only'],
  [
    'a.c',
    '// SPDX-License-Identifier: MIT\n// SPDX-License-Identifier: GPL-2.0-only\n',
    'MIT AND GPL-2.0-only',
  ],
];

export const stated: readonly NoticeCase[] = [
  [
    'a.py',
    '# This code is released for non-commercial research purposes only.\n',
    'LicenseRef-stated',
  ],
  ['a.c', '/* Copyright Example. No license is granted to anyone. */\n', 'LicenseRef-stated'],
  [
    'a.c',
    '/*\n * Copyright (c) 2015 Example Corporation. All rights reserved.\n * Proprietary and confidential. Unauthorized copying of this file is strictly prohibited.\n */\n',
    'LicenseRef-stated',
  ],
  [
    'a.c',
    '// Copyright Example. Unauthorized copying of this file, via any medium is strictly prohibited\n// Proprietary and confidential\n',
    'LicenseRef-stated',
  ],
  [
    'a.py',
    '# CONFIDENTIAL\n# Copyright 2020 Example Inc.\n# NOTICE: All information contained herein is, and remains the property of Example.\n# Dissemination of this information or reproduction of this material is strictly forbidden\n# unless prior written permission is obtained from Example.\n',
    'LicenseRef-stated',
  ],
  ['a.c', '/* This is unpublished proprietary source code of Example. */\n', 'LicenseRef-stated'],
  [
    'a.cu',
    '// NVIDIA and its licensors retain all intellectual property and proprietary rights in and to this\n// software. Any use, reproduction, disclosure or distribution of this software without an express\n// license agreement from NVIDIA is strictly prohibited.\n',
    'LicenseRef-stated',
  ],
  [
    'a.js',
    '// Copyright 2020 Example. All rights reserved. No part of this file may be reproduced.\n',
    'LicenseRef-stated',
  ],
  [
    'a.py',
    '# This work is made available under the Example Source Code License-NC.\n',
    'LicenseRef-stated',
  ],
  [
    'a.ts',
    '/* This file is licensed under the Example Enterprise License. */\n',
    'LicenseRef-stated',
  ],
  ['a.js', '// Copyright Example. Free for non-commercial use only.\n', 'LicenseRef-stated'],
  ['a.js', '// License: Proprietary\n', 'LicenseRef-stated'],
  ['a.c', '// SPDX-License-Identifier: Our own words, see below\n', 'LicenseRef-stated'],
];

export const permissive: readonly NoticeCase[] = [
  // A name that stands alone before all code.
  ['a.js', '// MIT\nlet a;\n', 'MIT'],
  ['a.c', '/* Apache-2.0 */\nint a;\n', 'Apache-2.0'],
  ['a.php', '<?php\n/*! ISC */\n', 'ISC'],
  ['a.py', '#!/usr/bin/python\n# -*- coding: utf-8 -*-\n# a.py\n# (c) 2010 Ann\n#\n# MIT\n', 'MIT'],
  ['a.c', '/* New BSD License */\nint a;\n', 'BSD-3-Clause'],
  ['a.c', '/* License: FreeBSD */\nint a;\n', 'BSD-2-Clause'],
  ['a.c', '/* Simplified BSD License */\nint a;\n', 'BSD-2-Clause'],
  ['a.json', '{"$comment": "SPDX-License-Identifier: MIT", "a": 1}\n', 'MIT'],
  ['a.json', '{"SPDX-License-Identifier": "Apache-2.0"}\n', 'Apache-2.0'],
  ['a.md', '---\ntitle: A\nSPDX-License-Identifier: CC0-1.0\n---\n\nText.\n', 'CC0-1.0'],
  ['a.md', '---\n# SPDX-License-Identifier: MIT\ntitle: A\n---\n\nText.\n', 'MIT'],
  ['a.c', `/*\n${behind(' *', bsdText)}\n */\n`, 'BSD-3-Clause'],
  ['a.c', `/*\n${mitText}\n*/\n`, 'MIT'],
  [
    'a.js',
    '/*!\n * Dual licensed under the MIT and GPL licenses.\n */\n',
    'GPL-1.0-or-later OR MIT',
  ],
  ['a.js', '// Dual licensed under the MIT or GPL Version 2 licenses.\n', 'GPL-2.0-only OR MIT'],
  [
    'a.rs',
    '// Licensed under the Apache License, Version 2.0 <LICENSE-APACHE or\n// http://www.apache.org/licenses/LICENSE-2.0> or the MIT license\n// <LICENSE-MIT or http://opensource.org/licenses/MIT>, at your\n// option. This file may not be copied, modified, or distributed\n// except according to those terms.\n',
    'Apache-2.0 OR MIT',
  ],
  [
    'a.c',
    `/*\n${behind(' *', bsdText)}\n *\n * ALTERNATIVELY, this software may be distributed under the terms of the GNU General\n * Public License ("GPL") version 2 as published by the Free Software Foundation.\n */\n`,
    'GPL-2.0-only OR BSD-3-Clause',
  ],
  [
    'a.c',
    '// Copyright 2014 The Authors. All rights reserved.\n// Use of this source code is governed by a BSD-style\n// license that can be found in the LICENSE file.\n',
    'LicenseRef-BSD',
  ],
  [
    'a.js',
    '/**\n * Copyright (c) Example, Inc. and its affiliates.\n *\n * This source code is licensed under the MIT license found in the\n * LICENSE file in the root directory of this source tree.\n */\n',
    'MIT',
  ],
  [
    'a.js',
    '/*!\n * express\n * Copyright(c) 2009-2013 TJ Holowaychuk\n * MIT Licensed\n */\n',
    'MIT',
  ],
  ['a.py', '# License: BSD 3 clause\n', 'BSD-3-Clause'],
  [
    'a.c',
    '// SPDX-License-Identifier: (GPL-2.0 WITH Linux-syscall-note) OR MIT\n',
    'GPL-2.0-only WITH Linux-syscall-note OR MIT',
  ],
  ['a.c', '// SPDX-License-Identifier: apache-2.0\n', 'Apache-2.0'],
  ['a.c', '// SPDX-License-Identifier: MIT License\n', 'MIT'],
];

/** Lines of comments that begin with a name, and sentences that deny one. */
const sentences = [
  'The GPL is checked here.',
  'GPL code is refused',
  'GPL headers of files',
  'AGPL check',
  'Copyright check of GPL files',
  'GPL4_0000',
  'This file is not licensed under the GPL.',
  'It is no longer distributed under the terms of the GPL.',
  'Never released under the GPL.',
  'Tells whether this file is licensed under the GPL.',
  'This module uses a library licensed under the GPL.',
];

export const mentions: readonly NoticeCase[] = [
  ['a.js', "let a = '// SPDX-License-Identifier: GPL-3.0-only';\n", null],
  ['a.js', "let a = 'x // SPDX-License-Identifier: GPL-3.0-only'; let b;\n", null],
  ['a.ipynb', cell('code', 'x = "# Licensed under the GPL v3"\n'), null],
  ['a.ipynb', '{"cells": 1, "x": "# Licensed under the GPL v3"}', null],
  ['a.rst', '.. code:: text\n\n   Licensed under the GPL v3\n', null],
  ...sentences.map((text) => ['a.c', `// ${text}\nint a;\n`, null] as const),
  // Institutes, headings of lists, words of another language.
  ['a.py', '# Ann Lee\n# MIT\nimport os\n', null],
  ['a.py', 'known = [\n    # MIT\n    1,\n]\n', null],
  ['a.md', '# MIT\n\nAn institute.\n', null],
  ['a.c', '// mit\nint a;\n', null],
  ['a.py', '# The use of eval is strictly forbidden here.\nlicense = 1\n', null],
  ['a.py', '# In tests, the use of eval is strictly forbidden.\nlicense = 1\n', null],
  [
    'a.py',
    '# Compares with GNU GPL programs (see https://www.gnu.org/licenses/gpl-3.0.txt\nx = 1\n',
    null,
  ],
  ['a.c', '// Die Werte werden verbreitet unter Last; ob GPL, wird geprüft (Lizenz).\n', null],
  ['a.js', '// The MIT parser https://example.org/mit\nlet x = 1;\n', null],
  ['a.py', '# Used for internal tests only.\n# license: see LICENSE\n', null],
  ['a.py', '# Works with libraries such as foo, released under the name bar.\n', null],
  // Headings and remarks that are also parts of names.
  ...['FreeBSD', 'zlib', 'Boost', 'simplified', 'new', 'modified', 'Revised license'].map(
    (word) => ['a.c', `/* ${word} */\nint license;\n`, null] as const,
  ),
  ['a.json', '{"text": "SPDX-License-Identifier: GPL-3.0-only"}\n', null],
  ['a.md', '---\ntitle: A\n---\n\nWrite `SPDX-License-Identifier: MIT` there.\n', null],
  [
    'a.py',
    '# Converts licences: the GPL and the LGPL are copyleft, MIT is permissive.\nprint(1)\n',
    null,
  ],
  ['a.ts', '/** Stands for metadata that says that no licence is granted. */\nlet a;\n', null],
  ['a.py', '# Returns true if the file is GPL-licensed.\ndef is_gpl(text): ...\n', null],
  ['a.js', '// Tests that we refuse packages which depend on GPL code.\nlet a;\n', null],
  ['a.py', `GPL = """\n# ${gpl(later).replaceAll('\n', '\n# ')}\n"""\n`, null],
  ['a.js', `const header = \`\n/*\n${gpl(later)}\n*/\`;\n`, null],
  ['a.js', `const header = 'under the terms of the GNU General Public License';\n`, null],
  ['a.sh', `cat <<EOF\n# ${gpl(later).replaceAll('\n', '\n# ')}\nEOF\n`, null],
  ['a.py', '# Copyright (c) Example. All rights reserved.\nimport os\n', null],
  [
    'a.js',
    '// Keeps confidential data out of the log; proprietary formats are not read.\nlet a;\n',
    null,
  ],
  ['a.js', '// Unauthorized use of the address gives 401.\nlet a;\n', null],
  [
    'a.js',
    '// Sends the request without the prior token.\n/* license: the identifier of the package */\n',
    null,
  ],
  ['a.py', '# License: see the file LICENSE\n', null],
  ['a.py', '# Vergleicht die Lizenzen GPL und MIT: nur eine ist frei.\n', null],
  ['a.py', "# Choisit le mode selon les conditions de la requête (voir l'API de GNU).\n", null],
  ['a.py', '# Guarda el estado bajo la licencia del usuario.\n', null],
  ['a.js', '// This software is licensed under the terms found in the LICENSE file.\n', null],
  ['a.js', '/**\n * @license React\n * react.js\n */\n', null],
  ['a.js', '// SPDX-License-Identifier: <the identifier>\n', null],
];
