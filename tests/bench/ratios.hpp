// Ratios: the reporter that prints what is read, each row's median against the row it is compared
// with.
#pragma once

#include <benchmark/benchmark.h>

#include <map>
#include <string>
#include <vector>

namespace bench {

class Ratios : public benchmark::BenchmarkReporter {
 public:
  bool ReportContext(const Context& context) override;
  void ReportRuns(const std::vector<Run>& runs) override;
  /// Prints the table.
  void Finalize() override;

 private:
  struct Row {
    std::string name;  // what/case/who
    double median = 0;
    double spread = 0;  // median absolute deviation, as a part of the median
    const char* unit = "ns";
  };

  const Row* Find(const std::string& name) const;

  std::vector<Row> rows_;
};

/// The JSON of Google Benchmark, with the names what/case/who and nothing after them.
class Json : public benchmark::JSONReporter {
 public:
  void ReportRuns(const std::vector<Run>& runs) override;
};

}  // namespace bench
