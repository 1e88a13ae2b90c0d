// Runs before an npm package in an engine that has no modules: gives it a `module`, and of the
// functions that the engine lacks those that the package calls. ES5.
var module = { exports: {} };
var exports = module.exports;

// What jobs.cjs does with the package. Without a host, TypeScript 4.9 would end lines by CR and LF.
var jobs = {};
jobs.small_call = jobs.render = function (text) { return module.exports.parse(text); };
jobs.compile = function (text) {
  var options = { target: 'ES2020', module: 'CommonJS', newLine: 'lf' };
  return module.exports.transpileModule(text, { compilerOptions: options }).outputText;
};

(function () {
  function supply(owner, name, value) {
    if (!(name in owner)) {
      Object.defineProperty(owner, name, { value: value, writable: true, configurable: true });
    }
  }

  supply(Array.prototype, 'at', function (i) { return this[i < 0 ? this.length + i : i]; });
  supply(Array.prototype, 'includes', function (value) { return this.indexOf(value) >= 0; });
  supply(Array.prototype, 'find', function (matches) {
    for (var i = 0; i < this.length; i++) if (matches(this[i], i, this)) return this[i];
  });
  supply(String.prototype, 'trimRight', function () { return this.replace(/\s+$/, ''); });

  // A Map; a Set is one whose values are its keys. Objects as keys are searched for one by one: the
  // packages have few.
  function keyOf(table, value) {
    if (typeof value === 'string') return 's' + value;
    if (Object(value) !== value) return typeof value + value;
    var i = table.objects.indexOf(value);
    return 'o' + (i < 0 ? table.objects.push(value) - 1 : i);
  }

  function define(name, add) {
    function Table(from) {
      this.clear();
      var table = this;
      if (Array.isArray(from)) from.forEach(function (one) { add(table, one); });
      else if (from) from.forEach(function (value, key) { table.put(key, value); });
    }
    function walker(pick) {
      return function () {
        var entries = this.list;
        var i = 0;
        return { next: function () {
          while (i < entries.length) {
            var entry = entries[i++];
            if (entry) return { done: false, value: pick(entry) };
          }
          return { done: true, value: undefined };
        } };
      };
    }
    Table.prototype = {
      constructor: Table,
      clear: function () {
        this.index = Object.create(null);
        this.list = [];  // undefined where one was deleted
        this.objects = [];
        this.size = 0;
      },
      has: function (key) { return this.index[keyOf(this, key)] !== undefined; },
      get: function (key) {
        var entry = this.index[keyOf(this, key)];
        return entry && entry.value;
      },
      put: function (key, value) {
        var at = keyOf(this, key);
        if (this.index[at]) {
          this.index[at].value = value;
        } else {
          this.index[at] = { key: key, value: value, place: this.list.length };
          this.list.push(this.index[at]);
          this.size++;
        }
        return this;
      },
      'delete': function (key) {
        var at = keyOf(this, key);
        var entry = this.index[at];
        if (!entry) return false;
        delete this.index[at];
        this.list[entry.place] = undefined;
        this.size--;
        return true;
      },
      forEach: function (call) {
        for (var i = 0; i < this.list.length; i++) {
          var entry = this.list[i];
          if (entry) call(entry.value, entry.key, this);
        }
      },
      keys: walker(function (entry) { return entry.key; }),
      values: walker(function (entry) { return entry.value; }),
      entries: walker(function (entry) { return [entry.key, entry.value]; })
    };
    supply(globalThis, name, Table);
    return Table.prototype;
  }
  var map = define('Map', function (to, pair) { to.put(pair[0], pair[1]); });
  map.set = map.put;
  var set = define('Set', function (to, value) { to.put(value, value); });
  set.add = function (value) { return this.put(value, value); };
})();
