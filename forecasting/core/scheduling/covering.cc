#include "forecasting/core/scheduling/covering.h"

#include <algorithm>
#include <utility>

#include "absl/container/btree_set.h"
#include "base/status.h"
#include "fmt/format.h"
#include "forecasting/core/scheduling/csv.h"

namespace wissel::scheduling {
namespace {

struct Required {
  int slots_per_day = 0;
  int days = 0;
  std::vector<int> by_slot;
};

absl::StatusOr<int> IntervalColumn(const Table& table) {
  for (const std::string_view name : {"interval", "interval_from_0700", "interval_from_0000"}) {
    if (const auto column = table.Find(name)) return *column;
  }
  return table.Column("interval");
}

absl::StatusOr<Required> ParseRequired(std::string_view name, std::string_view text) {
  WISSEL_ASSIGN_OR_RETURN(const Table table, Table::Parse(name, text));
  WISSEL_ASSIGN_OR_RETURN(const int interval, IntervalColumn(table));
  WISSEL_ASSIGN_OR_RETURN(const int required, table.Column("required"));
  const std::optional<int> day = table.Find("day");
  Required result;
  int expected = 0;
  for (int row = 0; row < table.rows(); ++row) {
    const bool begins = row == 0 || (day && table.at(row, *day) != table.at(row - 1, *day));
    if (begins) {
      if (result.days == 1) result.slots_per_day = expected;
      if (result.days >= 1 && expected != result.slots_per_day) {
        return FaultAt(name, table.line(row), "the day before has other intervals than the first");
      }
      ++result.days;
      expected = 0;
    }
    WISSEL_ASSIGN_OR_RETURN(const int number, table.Number(row, interval, 0));
    if (number != expected) {
      return FaultAt(name, table.line(row),
                     fmt::format("interval {} where {} is due", number, expected));
    }
    ++expected;
    WISSEL_ASSIGN_OR_RETURN(const int people, table.Number(row, required, 0));
    result.by_slot.push_back(people);
  }
  if (result.days == 1) result.slots_per_day = expected;
  if (expected != result.slots_per_day) {
    return FaultAt(name, table.line(table.rows() - 1), "the last day has other intervals");
  }
  return result;
}

class PatternReader {
 public:
  PatternReader(std::string_view name, const Required& required)
      : name_(name), required_(required) {}

  absl::StatusOr<std::vector<Pattern>> Read(std::string_view text) {
    WISSEL_ASSIGN_OR_RETURN(const Table table, Table::Parse(name_, text));
    WISSEL_ASSIGN_OR_RETURN(id_, table.Column("id"));
    WISSEL_ASSIGN_OR_RETURN(start_, table.Column("start_interval"));
    WISSEL_ASSIGN_OR_RETURN(length_, table.Column("length"));
    lunch_ = table.Find("lunch_offset");
    const bool weekly = table.Find("paid_intervals_week").has_value();
    WISSEL_ASSIGN_OR_RETURN(paid_, table.Column(weekly ? "paid_intervals_week" : "paid_intervals"));
    if (weekly) {
      WISSEL_ASSIGN_OR_RETURN(first_day_, table.Column("first_day"));
      WISSEL_ASSIGN_OR_RETURN(days_, table.Column("days"));
    }
    std::vector<Pattern> patterns;
    absl::btree_set<std::string> ids;
    for (int row = 0; row < table.rows(); ++row) {
      WISSEL_ASSIGN_OR_RETURN(Pattern pattern, ReadRow(table, row));
      if (!ids.insert(pattern.id).second) {
        return FaultAt(name_, table.line(row), fmt::format("a second \"{}\"", pattern.id));
      }
      patterns.push_back(std::move(pattern));
    }
    return patterns;
  }

 private:
  absl::StatusOr<Pattern> ReadRow(const Table& table, int row) const {
    Pattern pattern;
    pattern.id = table.at(row, id_);
    WISSEL_ASSIGN_OR_RETURN(const int start, table.Number(row, start_, 0));
    WISSEL_ASSIGN_OR_RETURN(const int length, table.Number(row, length_, 1));
    WISSEL_ASSIGN_OR_RETURN(pattern.paid, table.Number(row, paid_, 0));
    std::optional<int> lunch;
    if (lunch_ && !table.at(row, *lunch_).empty()) {
      WISSEL_ASSIGN_OR_RETURN(lunch, table.Number(row, *lunch_, 0));
      if (*lunch >= length) return FaultAt(name_, table.line(row), "lunch after the end");
    }
    if (start + length > required_.slots_per_day) {
      return FaultAt(name_, table.line(row),
                     fmt::format("ends at {}, and the day has {} intervals", start + length,
                                 required_.slots_per_day));
    }
    int first_day = 0;
    int days = 1;
    if (days_) {
      WISSEL_ASSIGN_OR_RETURN(first_day, table.Number(row, *first_day_, 0));
      WISSEL_ASSIGN_OR_RETURN(days, table.Number(row, *days_, 1));
      if (first_day >= required_.days || days > required_.days) {
        return FaultAt(name_, table.line(row), fmt::format("there are {} days", required_.days));
      }
    }
    for (int d = 0; d < days; ++d) {
      const int day = (first_day + d) % required_.days;
      for (int i = 0; i < length; ++i) {
        if (i != lunch) pattern.slots.push_back(day * required_.slots_per_day + start + i);
      }
    }
    return pattern;
  }

  std::string name_;
  const Required& required_;
  int id_ = 0;
  int start_ = 0;
  int length_ = 0;
  int paid_ = 0;
  std::optional<int> lunch_;
  std::optional<int> first_day_;
  std::optional<int> days_;
};

// Takes off people whom no slot needs, the dearest first.
void DropNeedless(const CoveringProblem& problem, std::vector<int>& people,
                  std::vector<int>& over) {
  std::vector<int> order(problem.patterns.size());
  for (size_t p = 0; p < order.size(); ++p) order[p] = static_cast<int>(p);
  std::stable_sort(order.begin(), order.end(), [&](int a, int b) {
    return problem.patterns[a].paid > problem.patterns[b].paid;
  });
  for (const int p : order) {
    const Pattern& pattern = problem.patterns[p];
    while (people[p] > 0 && std::all_of(pattern.slots.begin(), pattern.slots.end(),
                                        [&](int slot) { return over[slot] > 0; })) {
      --people[p];
      for (const int slot : pattern.slots) --over[slot];
    }
  }
}

}  // namespace

absl::StatusOr<CoveringProblem> ParseCovering(std::string_view required_name,
                                              std::string_view required,
                                              std::string_view patterns_name,
                                              std::string_view patterns) {
  WISSEL_ASSIGN_OR_RETURN(Required table, ParseRequired(required_name, required));
  CoveringProblem problem;
  WISSEL_ASSIGN_OR_RETURN(problem.patterns, PatternReader(patterns_name, table).Read(patterns));
  problem.slots_per_day = table.slots_per_day;
  problem.required = std::move(table.by_slot);
  return problem;
}

LinearProgram CoveringProgram(const CoveringProblem& problem, std::optional<double> under_price) {
  LinearProgram program;
  for (const int required : problem.required) program.AddRow(required, kUnbounded);
  for (const Pattern& pattern : problem.patterns) {
    std::vector<Entry> entries;
    for (const int slot : pattern.slots) entries.push_back({slot, 1});
    program.AddColumn(pattern.paid, 0, kUnbounded, true, entries);
  }
  if (!under_price) return program;
  for (size_t slot = 0; slot < problem.required.size(); ++slot) {
    program.AddColumn(*under_price, 0, problem.required[slot], true, {{static_cast<int>(slot), 1}});
  }
  return program;
}

std::vector<int> CoverGreedily(const CoveringProblem& problem) {
  std::vector<int> people(problem.patterns.size());
  std::vector<int> over(problem.required.size());
  for (size_t slot = 0; slot < over.size(); ++slot) over[slot] = -problem.required[slot];
  while (std::any_of(over.begin(), over.end(), [](int n) { return n < 0; })) {
    int best = -1;
    double best_rate = 0;
    for (size_t p = 0; p < problem.patterns.size(); ++p) {
      const Pattern& pattern = problem.patterns[p];
      const auto covers = std::count_if(pattern.slots.begin(), pattern.slots.end(),
                                        [&](int slot) { return over[slot] < 0; });
      const double rate = static_cast<double>(covers) / std::max(1, pattern.paid);
      if (rate > best_rate) {
        best = static_cast<int>(p);
        best_rate = rate;
      }
    }
    if (best < 0) return {};
    ++people[best];
    for (const int slot : problem.patterns[best].slots) ++over[slot];
  }
  DropNeedless(problem, people, over);
  return people;
}

CoveringCost CostOf(const CoveringProblem& problem, const std::vector<int>& people) {
  CoveringCost cost;
  std::vector<int> missing = problem.required;
  for (size_t p = 0; p < problem.patterns.size(); ++p) {
    cost.paid += problem.patterns[p].paid * people[p];
    for (const int slot : problem.patterns[p].slots) missing[slot] -= people[p];
  }
  for (const int n : missing) cost.missing += std::max(0, n);
  return cost;
}

}  // namespace wissel::scheduling
