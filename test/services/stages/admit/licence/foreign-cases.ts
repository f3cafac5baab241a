/** Notices of copyleft in the words of translations, and as people shorten them. */
import type { NoticeCase } from './notice-cases.ts';

const inComment = (text: string) => `/*\n${text.replace(/^/gm, ' * ')}\n */\nint a;\n`;

const anyGpl = 'GPL-1.0-or-later';

const notices: readonly (readonly [text: string, expression: string])[] = [
  [
    `Dieses Programm ist freie Software. Sie können es unter den Bedingungen
der GNU General Public License, wie von der Free Software Foundation
veröffentlicht, weitergeben und/oder modifizieren, entweder gemäß
Version 2 der Lizenz oder (nach Ihrer Option) jeder späteren Version.`,
    'GPL-2.0-or-later',
  ],
  [
    `Dieses Programm ist Freie Software: Sie koennen es unter den Bedingungen
der GNU Lesser General Public License, wie von der Free Software Foundation,
Version 3 der Lizenz oder (nach Ihrer Wahl) jeder neueren
veroeffentlichten Version, weiter verteilen und/oder modifizieren.`,
    'LGPL-3.0-or-later',
  ],
  [
    `Ce programme est un logiciel libre ; vous pouvez le redistribuer et/ou le
modifier conformément aux dispositions de la Licence Publique Générale GNU,
telle que publiée par la Free Software Foundation ; version 2 de la licence,
ou encore (à votre choix) toute version ultérieure.`,
    'GPL-2.0-or-later',
  ],
  ['Ce programme est un logiciel libre distribue sous licence GNU/GPL.', 'GPL-1.0-or-later'],
  [
    `Este programa es software libre: usted puede redistribuirlo y/o modificarlo
bajo los términos de la Licencia Pública General GNU publicada
por la Fundación para el Software Libre, ya sea la versión 3
de la Licencia, o (a su elección) cualquier versión posterior.`,
    'GPL-3.0-or-later',
  ],
  [
    `Este programa es software libre, bajo los términos de la Licencia Pública
General Affero de GNU, ya sea la versión 3 o cualquier versión posterior.`,
    'AGPL-3.0-or-later',
  ],
  [
    `Questo programma è software libero; è lecito redistribuirlo o
modificarlo secondo i termini della Licenza Pubblica Generica GNU
come è pubblicata dalla Free Software Foundation; o la versione 2
della licenza o (a propria scelta) una versione successiva.`,
    'GPL-2.0-or-later',
  ],
  [
    `Este programa é software livre; você pode redistribuí-lo e/ou
modificá-lo sob os termos da Licença Pública Geral GNU, conforme
publicada pela Free Software Foundation; tanto a versão 2 da
Licença como (a seu critério) qualquer versão mais nova.`,
    'GPL-2.0-or-later',
  ],
  [
    `このプログラムはフリーソフトウェアです。あなたはこれを、フリーソフトウェア
財団によって発行された GNU 一般公衆利用許諾契約書(バージョン2か、希望によっ
てはそれ以降のバージョンのうちどれか)の定める条件の下で再頒布または改変す
ることができます。`,
    'GPL-2.0-or-later',
  ],
  [
    `Это программа является свободным программным обеспечением. Вы можете
распространять и/или модифицировать её согласно условиям Стандартной
Общественной Лицензии GNU, опубликованной Фондом Свободного Программного
Обеспечения, версии 3 или, по Вашему желанию, любой более поздней версии.`,
    'GPL-3.0-or-later',
  ],
  [
    `Niniejszy program jest wolnym oprogramowaniem; możesz go rozprowadzać dalej
i/lub modyfikować na warunkach Powszechnej Licencji Publicznej GNU, wydanej
przez Fundację Wolnego Oprogramowania - według wersji 2 tej Licencji lub
(według twojego wyboru) którejś z późniejszych wersji.`,
    'GPL-2.0-or-later',
  ],
  [
    `Dit programma is vrije software: u mag het herdistribueren en/of wijzigen
onder de voorwaarden van de GNU General Public License zoals gepubliceerd
door de Free Software Foundation, onder versie 3 van de Licentie of (naar eigen
keuze) elke latere versie.`,
    'GPL-3.0-or-later',
  ],
  [
    `本程序是自由软件;您可以根据自由软件基金会发布的GNU通用公共许可证
第3版或(您可以选择)任何更高版本的条款重新发布和/或修改它。`,
    'GPL-3.0-or-later',
  ],
  ['Lizensiert unter GPLv2.', 'GPL-2.0-only'],
  ['Veröffentlicht unter GPL v3', 'GPL-3.0-only'],
  ['Ce logiciel est régi par la licence CeCILL soumise au droit français.', 'CECILL-2.1'],
  ['GNU ALLGEMEINE ÖFFENTLICHE LIZENZ', 'GPL-1.0-or-later'],
  ['Licence Publique Générale GNU, Version 2', 'GPL-2.0-only'],
  ['GNU 一般公衆利用許諾契約書', 'GPL-1.0-or-later'],
  ['Lizenz: GPLv3', 'GPL-3.0-only'],
  ['Licencia: LGPL 2.1', 'LGPL-2.1-only'],
  ['ライセンス: AGPL-3.0', 'AGPL-3.0-only'],
  // What takes a denial back, or says what holds instead.
  ['Dieses Programm darf nicht außer unter den Bedingungen der GPL verteilt werden.', anyGpl],
  ["Ce programme n'est distribué que sous licence GPL.", anyGpl],
  ['Este programa no está bajo la licencia MIT, sino bajo la licencia GPL v3.', 'GPL-3.0-only'],
  ['This file is not licensed under the MIT license but under the GPL v3.', 'GPL-3.0-only'],
  ['This program may not be distributed except under the terms of the GPL.', anyGpl],
  // What another line or sentence denies or uses.
  ['NO EDITAR\nDistribuido bajo los términos de la GPL.', anyGpl],
  ['Benötigt libfoo. Dieses Programm steht unter der GPL.', anyGpl],
  ['このプログラムはGPLライセンスのもとで配布されます。保証はありません。', anyGpl],
  ['本软件使用GPL许可证发布。', anyGpl],
];

/** `or later`, in short. */
const later = [
  'Lizenz: GPLv2 oder später',
  'Lizenz: GPLv2 oder höher',
  'Lizenziert unter GPL Version 2 oder neuer.',
  'Dieses Programm steht unter der GPL Version 2 oder einer späteren Version.',
  'Sous licence GPLv2 ou ultérieure.',
  'Ce programme est sous licence GPL version 2 ou supérieure.',
  'Ce programme est sous licence GPL version 2 ou toute version plus récente.',
  'Licencia: GPL v2 o posterior',
  'Bajo la licencia GPL versión 2 o superior.',
  'Licenza: GPLv2 o successiva',
  'Sotto licenza GPL versione 2 o versioni successive.',
  'Sob a licença GPL versão 2 ou posterior.',
  'Sob a licença GPL v2 ou superior.',
  'Licentie: GPLv2 of later',
  'Licencja: GPLv2 lub nowsza',
  'Лицензия: GPLv2 или новее',
  'ライセンス: GPLv2以降',
  '许可证: GPLv2或更高版本',
  '許可證: GPL v2 及以後版本',
  '许可证: GPLv2或以上版本',
];

/** The licence is denied, asked for, or that of something else. */
export const foreignMentions: readonly NoticeCase[] = [
  'Diese Datei steht nicht unter der GPL.',
  'Nicht lizenziert unter der GPL.',
  'Dieses Programm wird nicht mehr unter den Bedingungen der GPL vertrieben.',
  'Prüft, ob die Datei unter der GPL lizenziert ist.',
  'Dieses Programm nutzt eine Bibliothek, die unter der GPL veröffentlicht wird.',
  "Ce programme n'est pas sous licence GPL.",
  "Ce fichier n'est plus distribué sous licence GPL.",
  'Vérifie si le paquet est sous licence GPL.',
  'Ce programme utilise une bibliothèque sous licence GPL.',
  'Este programa no está bajo la licencia GPL.',
  'Este archivo no se distribuye bajo los términos de la GPL.',
  'Comprueba si la biblioteca está bajo la licencia GPL.',
  'Questo programma non è sotto licenza GPL.',
  'Questo file non è distribuito secondo i termini della GPL.',
  'Este programa não está sob a licença GPL.',
  'Este arquivo não é distribuído sob os termos da GPL.',
  'Dit programma valt niet onder de voorwaarden van de GPL.',
  'Ten program nie jest rozpowszechniany na warunkach GPL.',
  'Эта программа не распространяется на условиях GPL.',
  'Эта программа не под лицензией GPL.',
  'このプログラムはGPLライセンスのライブラリとリンクされます。',
  'このプログラムはGPLライセンスではありません。',
  'このプログラムはGPLのもとで配布されるかどうかを調べます。',
  '本程序不使用GPL许可证发布。',
  '本软件检查依赖是否使用GPL许可证。',
  '本程序链接了GPL许可证的库。',
].map((text) => ['a.c', inComment(text), null]);

/** In a frame, whose signs end each line. */
const framed = `/************************************************
 * Você pode redistribuí-lo e/ou modificá-lo sob *
 * os  termos  da Licença Pública Geral GNU,     *
 * na versão 2 da Licença.                       *
 ************************************************/
`;

export const foreign: readonly NoticeCase[] = [
  ...notices.map(([text, expression]) => ['a.c', inComment(text), expression] as const),
  ...later.map((text) => ['a.c', inComment(text), 'GPL-2.0-or-later'] as const),
  ['a.c', framed, 'GPL-2.0-only'],
];
