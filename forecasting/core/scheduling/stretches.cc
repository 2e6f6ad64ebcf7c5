#include "forecasting/core/scheduling/stretches.h"

#include <algorithm>
#include <tuple>

namespace wissel::scheduling {
namespace {

// What is this close below a whole number is one.
constexpr double kSlack = 1e-9;

void AddLayer(const std::vector<double>& people, int level, int shortest,
              std::vector<Stretch>& stretches) {
  const auto count = static_cast<int>(people.size());
  for (int from = 0; from < count; ++from) {
    int to = from;
    while (to < count && people[static_cast<size_t>(to)] >= level - kSlack) ++to;
    if (to - from >= shortest) {
      const auto same = std::find_if(stretches.begin(), stretches.end(), [&](const Stretch& other) {
        return other.from == from && other.to == to;
      });
      if (same == stretches.end()) {
        stretches.push_back({from, to, 1});
      } else {
        ++same->people;
      }
    }
    from = std::max(from, to);
  }
}

}  // namespace

std::vector<Stretch> StretchesOf(const std::vector<double>& people, int shortest) {
  std::vector<Stretch> stretches;
  const double most = people.empty() ? 0 : *std::max_element(people.begin(), people.end());
  for (int level = 1; level <= most + kSlack; ++level) {
    AddLayer(people, level, std::max(1, shortest), stretches);
  }
  std::sort(stretches.begin(), stretches.end(), [](const Stretch& a, const Stretch& b) {
    return std::tuple(a.from - a.to, a.from) < std::tuple(b.from - b.to, b.from);
  });
  return stretches;
}

}  // namespace wissel::scheduling
