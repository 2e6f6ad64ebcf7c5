// Where people are missing, or too many, for long enough to be worth asking somebody: what stands
// above a line, cut into layers that each last without a break.
//
// Three people too many from ten to two, of which one stays too many until five, is two people from
// ten to two and one from ten to five.
//
// Pure.
#pragma once

#include <vector>

namespace wissel::scheduling {

// Intervals `from` to `to`, the last one not included.
struct Stretch {
  int from = 0;
  int to = 0;
  int people = 0;

  bool operator==(const Stretch&) const = default;
};

// `people`: how many too many (or missing) in each interval, a fraction counts for nothing; at
// least `shortest` intervals each. Longest first, then the earliest.
std::vector<Stretch> StretchesOf(const std::vector<double>& people, int shortest);

}  // namespace wissel::scheduling
