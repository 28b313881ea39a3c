/*
 * Preloaded into the Node.js process in which jsii runs the AWS bindings; see education/bindings.py.
 * The bindings' package comes with two indexes of its some 2,300 modules: index.js, which loads them all (two
 * seconds), and lazy-index.js, which loads each when it is asked for. jsii asks for the first and gets the second.
 */
"use strict";

const fs = require("node:fs");
const Module = require("node:module");

// Below the package's name, jsii's cache has the version and a digest.
const INDEX = /[\\/]@cdktf[\\/]provider-aws[\\/](?:[^\\/]+[\\/][^\\/]+[\\/])?lib[\\/]index\.js$/;
const resolve = Module._resolveFilename;

Module._resolveFilename = function (...request) {
  const file = resolve.apply(this, request);
  if (!INDEX.test(file)) return file;
  const lazy = file.replace(/index\.js$/, "lazy-index.js");
  return fs.existsSync(lazy) ? lazy : file;
};
