// The rows `typed`, `value` and `json`: libnodehost as its users call it.
#include <charconv>
#include <cstdio>
#include <cstring>

#include "bench.hpp"

namespace bench {

namespace {

struct Calls {
  nh::Method<double(double, double)> add;
  nh::Method<Record(Record)> echo;
  nh::Method<std::string(std::string)> echoText;
  nh::Method<std::string(std::string)> echoJson;
  nh::Method<double(const std::vector<double>&)> sum;
};

constexpr const char* kModule = "./calls.mjs?typed";

void Number(nh::Js&, benchmark::State& state) {
  const Calls calls = Node().Import<Calls>(kModule);
  double total = 0.5;
  for (auto _ : state) total = calls.add(total, kStep);
  benchmark::DoNotOptimize(total);
}

void Text(benchmark::State& state, const std::string& text) {
  const Calls calls = Node().Import<Calls>(kModule);
  for (auto _ : state) benchmark::DoNotOptimize(calls.echoText(text));
}

void Struct(nh::Js&, benchmark::State& state) {
  const Calls calls = Node().Import<Calls>(kModule);
  const Record record = MakeRecord();
  for (auto _ : state) benchmark::DoNotOptimize(calls.echo(record));
}

void Array(nh::Js&, benchmark::State& state) {
  const Calls calls = Node().Import<Calls>(kModule);
  const std::vector<double> numbers = MakeArray();
  for (auto _ : state) benchmark::DoNotOptimize(calls.sum(numbers));
}

// JSON as a program writes and reads it that knows its one record: no library could be quicker.
std::string ToJson(const Record& record) {
  char head[128];
  std::snprintf(head, sizeof head, R"({"id":%d,"weight":%.17g,"valid":%s,"name":")", record.id,
                record.weight, record.valid ? "true" : "false");
  std::string text = head + record.name + R"(","samples":[)";
  for (const double sample : record.samples) {
    char number[32];
    const auto end = std::to_chars(number, number + sizeof number, sample).ptr;
    text.append(number, end) += ',';
  }
  text.back() = ']';
  return text += '}';
}

Record FromJson(const std::string& text) {
  Record record;
  const char* at = text.data();
  const char* const end = at + text.size();
  const auto value_of = [&](const char* key) { at = std::strstr(at, key) + std::strlen(key); };
  value_of("\"id\":");
  at = std::from_chars(at, end, record.id).ptr;
  value_of("\"weight\":");
  at = std::from_chars(at, end, record.weight).ptr;
  value_of("\"valid\":");
  record.valid = *at == 't';
  value_of("\"name\":\"");
  record.name.assign(at, std::strchr(at, '"'));
  value_of("\"samples\":");
  while (*at != ']') at = std::from_chars(at + 1, end, record.samples.emplace_back()).ptr;
  return record;
}

void StructAsJson(nh::Js&, benchmark::State& state) {
  const Calls calls = Node().Import<Calls>(kModule);
  const Record record = MakeRecord();
  for (auto _ : state) benchmark::DoNotOptimize(FromJson(calls.echoJson(ToJson(record))));
}

void NumberByValue(nh::Js& js, benchmark::State& state) {
  const nh::Value add = js.Import("./calls.mjs?value")["add"];
  double total = 0.5;
  for (auto _ : state) total = add(total, kStep).As<double>();
  benchmark::DoNotOptimize(total);
}

void Get(nh::Js& js, benchmark::State& state) {
  const nh::Value counter = js.Import("./calls.mjs?value")["counter"];
  for (auto _ : state) benchmark::DoNotOptimize(counter["value"].As<double>());
}

void CallMethod(nh::Js& js, benchmark::State& state) {
  const nh::Value counter = js.Import("./calls.mjs?value")["counter"];
  for (auto _ : state) benchmark::DoNotOptimize(counter.Call("plus", 0.5, 1.25).As<double>());
}

}  // namespace

void RegisterTyped() {
  OnJsThread("cpp_to_js/number/typed", Number);
  OnJsThread("cpp_to_js/number/value", NumberByValue);
  OnJsThread("cpp_to_js/string/typed", [](nh::Js&, auto& state) { Text(state, kAscii); });
  OnJsThread("cpp_to_js/string_utf8/typed", [](nh::Js&, auto& state) { Text(state, kUtf8); });
  OnJsThread("cpp_to_js/struct/typed", Struct);
  OnJsThread("cpp_to_js/struct/json", StructAsJson);
  OnJsThread("cpp_to_js/array/typed", Array);
  OnJsThread("value/get/value", Get);
  OnJsThread("value/call_method/value", CallMethod);
}

}  // namespace bench
