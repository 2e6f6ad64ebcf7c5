#include "tests/benchmark/figures.h"

#include <algorithm>
#include <fstream>

#include "fmt/format.h"

namespace wissel::benchmark {
namespace {

std::string Rounded(double value) {
  if (value >= 1000) return fmt::format("{:.0f}", value);
  return fmt::format("{:.{}f}", value, value >= 10 ? 1 : 3);
}

}  // namespace

double Median(std::vector<double> values) { return Quantile(std::move(values), 500); }

double Quantile(std::vector<double> values, int permille) {
  const size_t at =
      std::min(values.size() - 1, values.size() * static_cast<size_t>(permille) / 1000);
  std::nth_element(values.begin(), values.begin() + static_cast<std::ptrdiff_t>(at), values.end());
  return values[at];
}

void PrintTable(const std::vector<Figure>& figures) {
  fmt::print("{:<44} {:>12} {:<11} {:>12} {:>7}  {}\n", "figure", "value", "unit", "base", "ratio",
             "the base is");
  for (const Figure& f : figures) {
    fmt::print("{:<44} {:>12} {:<11} {:>12} {:>7}  {}\n", f.name, Rounded(f.value), f.unit,
               f.base ? Rounded(*f.base) : "",
               f.base ? fmt::format("{:.2f}", f.value / *f.base) : "", f.base_is);
  }
}

absl::Status WriteJsonLines(const std::vector<Figure>& figures, const std::string& path) {
  std::ofstream out(path);
  for (const Figure& f : figures) {
    out << fmt::format(R"({{"name": "{}", "value": {:.6g}, "unit": "{}")", f.name, f.value, f.unit);
    if (f.base)
      out << fmt::format(R"(, "base": {:.6g}, "ratio": {:.4g})", *f.base, f.value / *f.base);
    out << "}\n";
  }
  out.close();
  return out ? absl::OkStatus() : absl::UnavailableError(fmt::format("cannot write {}", path));
}

}  // namespace wissel::benchmark
