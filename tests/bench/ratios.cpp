#include "ratios.hpp"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <iterator>
#include <map>
#include <string>
#include <string_view>
#include <utility>

namespace bench {

namespace {

// The goal of a row: its ratio to the baseline of its case.
struct Goal {
  const char* name;
  double ratio;
};
constexpr Goal kGoals[] = {
    {"cpp_to_js/number/typed", 1.10},
    {"cpp_to_js/string/typed", 1.15},
    {"cpp_to_js/struct/typed", 1.25},
    {"cpp_to_js/array/typed", 1.10},
    {"value/get/value", 1.60},
    {"hop/run/nodehost", 1.25},
    {"hop/method/nodehost", 1.25},
    {"hop/post/nodehost", 2.50},
    {"js_to_cpp/number/export", 1.15},
    {"js_to_cpp/number/leaf", 1.20},
    {"js_to_cpp/int_method/leaf", 1.20},
    {"js_to_cpp/string/export", 1.15},
    {"js_to_cpp/struct/export", 0.60},
    {"js_to_cpp/construct/export", 1.20},
    {"js_to_cpp/medium_object/export", 1.30},
    {"stream/read/nodehost", 1.00},
    {"stream/write/nodehost", 1.00},
    {"promise/await_js/nodehost", 1.50},
    {"promise/await_cpp/nodehost", 1.50},
};

// The rows others are measured against.
constexpr const char* kBaselines[] = {"v8", "futex_floor", "list", "js", "condvar_floor", "node"};

double Median(std::vector<double> numbers) {
  std::sort(numbers.begin(), numbers.end());
  const std::size_t middle = numbers.size() / 2;
  return numbers.size() % 2 ? numbers[middle] : (numbers[middle - 1] + numbers[middle]) / 2;
}

// The JS thread's own time where all the work is on it: others on the machine disturb that least.
// Where threads wait for each other only real time tells.
double TimeOf(const benchmark::BenchmarkReporter::Run& run) {
  const auto bytes = run.counters.find("bytes");
  if (bytes != run.counters.end()) return bytes->second.value / (1 << 20);
  return run.run_name.time_type.empty() ? run.GetAdjustedCPUTime() : run.GetAdjustedRealTime();
}

// A leaf is measured against what V8 calls as directly.
const char* BaselineOf(const std::string& name, const char* who) {
  return name.ends_with("/leaf") && std::string_view(who) == "v8" ? "v8_fast" : who;
}

std::string CaseOf(const std::string& name) { return name.substr(0, name.rfind('/') + 1); }

}  // namespace

bool Ratios::ReportContext(const Context& context) {
  PrintBasicContext(&GetErrorStream(), context);
  return true;
}

void Ratios::ReportRuns(const std::vector<Run>& runs) {
  std::vector<double> times;
  for (const Run& run : runs) {
    if (run.run_type != Run::RT_Iteration) continue;
    if (run.error_occurred) {
      std::fprintf(stderr, "%s: %s\n", run.benchmark_name().c_str(), run.error_message.c_str());
    } else {
      times.push_back(TimeOf(run));
    }
  }
  if (times.empty()) return;
  Row row{.name = runs[0].run_name.function_name,
          .median = Median(times),
          .unit = runs[0].counters.contains("bytes")
                      ? "MB"
                      : benchmark::GetTimeUnitString(runs[0].time_unit)};
  for (double& time : times) time = std::abs(time - row.median);
  row.spread = Median(times) / row.median;
  rows_.push_back(row);
}

const Ratios::Row* Ratios::Find(const std::string& name) const {
  const auto found =
      std::find_if(rows_.begin(), rows_.end(), [&](const Row& row) { return row.name == name; });
  return found == rows_.end() ? nullptr : &*found;
}

void Ratios::Finalize() {
  std::multimap<std::string, Row> by_case;  // those of a case stay in order
  for (Row& row : rows_) by_case.emplace(CaseOf(row.name), std::move(row));
  rows_.clear();
  for (auto& [name, row] : by_case) rows_.push_back(std::move(row));
  std::printf("\n%-34s %12s %8s %9s %6s\n", "what/case/who", "median", "spread", "ratio", "goal");
  for (const Row& row : rows_) {
    std::printf("%-34s %9.1f %s %6.1f %%", row.name.c_str(), row.median, row.unit,
                100 * row.spread);
    for (const char* who : kBaselines) {
      const Row* const base = Find(CaseOf(row.name) + BaselineOf(row.name, who));
      if (base) std::printf(" %9.2f", row.median / base->median);
    }
    const auto* const goal = std::find_if(std::begin(kGoals), std::end(kGoals),
                                          [&](const Goal& g) { return row.name == g.name; });
    if (goal != std::end(kGoals)) std::printf(" %6.2f", goal->ratio);
    std::printf("\n");
  }
  std::printf(
      "\nratio: of medians, to the row `v8` (`v8_fast` for `leaf`; or `futex_floor`, `list`) of "
      "the case.\n");
  for (const Row& row : rows_) {
    const Row* const node_api = Find(CaseOf(row.name) + "node_api");
    if (!row.name.ends_with("/typed") || !node_api) continue;
    std::printf("%-34s %.2f x as fast as node_api\n", row.name.c_str(),
                node_api->median / row.median);
  }
}

void Json::ReportRuns(const std::vector<Run>& runs) {
  std::vector<Run> tidy = runs;
  for (Run& run : tidy) {
    const std::string name = run.run_name.function_name;
    // Which of the two times the row is.
    run.report_label = run.run_name.time_type.empty() ? "cpu_time" : "real_time";
    run.run_name = {};
    run.run_name.function_name = name;
  }
  JSONReporter::ReportRuns(tidy);
}

}  // namespace bench
