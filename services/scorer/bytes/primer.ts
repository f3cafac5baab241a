/**
 * A fixed text that every model reads before its first request: thoughts and code in a few
 * languages, written for this purpose. It teaches how far to trust which context, so that short
 * files are judged by their content and not by the warm-up. It changes every score, so its hash is
 * part of the configuration.
 */
export const primer = `@@@ requirements
The project reads records from a source, checks them, and writes the result. It must handle errors
clearly, keep its order, and never lose a record.
@@@ file "src/store.ts"
Keeps records by key and tells when one is missing.
@@@ think
I need a class that holds records by key. The constructor takes the options and a logger. A missing
key should raise an error with a clear message, and the size should be read without a copy.
@@@ write "src/store.ts"
import { readFile } from 'node:fs/promises';
import type { Options } from './options.ts';

/** Keeps records by key. */
export class Store {
  private readonly records = new Map<string, string>();

  constructor(private readonly options: Options) {}

  get size(): number {
    return this.records.size;
  }

  get(key: string): string {
    const value = this.records.get(key);
    if (value === undefined) {
      throw new Error(\`no record for \${key}\`);
    }
    return value;
  }

  async load(path: string): Promise<void> {
    const text = await readFile(path, 'utf8');
    for (const line of text.split('\\n')) {
      const [key, value] = line.split('=', 2);
      if (key && value) this.records.set(key.trim(), value.trim());
    }
  }
}
@@@ file "lib/server.js"
Answers requests and reports failures.
@@@ think
The module exports a function that creates the server. It uses the store, so it should require it
first. Each request is looked up by name; an unknown name is answered with status 404.
@@@ write "lib/server.js"
'use strict';

/**
 * Module dependencies.
 */

var http = require('http');
var Store = require('./store');

module.exports = createServer;

function createServer(options, callback) {
  var store = new Store(options);

  return http.createServer(function (req, res) {
    if (typeof req.url !== 'string' || req.url.length === 0) {
      res.statusCode = 400;
      return res.end();
    }

    for (var i = 0; i < options.names.length; i++) {
      if (options.names[i] === req.url.slice(1)) {
        return callback(null, store.get(options.names[i]));
      }
    }

    res.statusCode = 404;
    res.end('Not Found');
  });
};
@@@ file "records/reader.py"
Reads records from a file and turns each into a mapping.
@@@ think
The reader opens the path, skips comments, and yields one record per line. I import the base class
and override its method; the default value of the encoding is UTF-8.
@@@ write "records/reader.py"
from __future__ import annotations

import typing as t
from dataclasses import dataclass

from .base import Base


@dataclass
class Record:
    """A single record.

    :param name: The name of the record.
    """

    name: str
    value: str | None = None


class Reader(Base):
    def __init__(self, path: str, encoding: str = "utf-8") -> None:
        super().__init__(path)
        self.path = path
        self.encoding = encoding

    def read(self) -> t.Iterator[Record]:
        with open(self.path, encoding=self.encoding) as file:
            for line in file:
                if line.startswith("#"):
                    continue
                name, _, value = line.partition("=")
                if not name:
                    raise ValueError(f"line has no name: {line!r}")
                yield Record(name, value or None)
@@@ file "pkg/cache/cache.go"
A cache with a limit.
@@@ write "pkg/cache/cache.go"
package cache

import (
	"errors"
	"sync"
)

// Cache holds at most limit values. It is safe for concurrent use.
type Cache struct {
	mu     sync.Mutex
	values map[string]int
	limit  int
}

// New returns an empty cache.
func New(limit int) *Cache {
	return &Cache{values: make(map[string]int), limit: limit}
}

func (c *Cache) Get(key string) (int, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	value, ok := c.values[key]
	if !ok {
		return 0, errors.New("not found")
	}
	return value, nil
}
@@@ file "src/lib.rs"
@@@ write "src/lib.rs"
use std::collections::HashMap;

/// Counts how often each word occurs.
pub fn count(text: &str) -> HashMap<String, usize> {
    let mut counts = HashMap::new();
    for word in text.split_whitespace() {
        *counts.entry(word.to_string()).or_insert(0) += 1;
    }
    counts
}
@@@ file "include/buffer.h"
@@@ write "include/buffer.h"
#ifndef BUFFER_H
#define BUFFER_H

#include <stddef.h>

struct buffer {
    char *data;
    size_t length;
};

static inline int buffer_push(struct buffer *buffer, char value) {
    if (buffer == NULL || buffer->data == NULL) {
        return -1;
    }
    buffer->data[buffer->length++] = value;
    return 0;
}

#endif /* BUFFER_H */
`;
