// The known word that someone most likely meant.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace wissel::config {

// Least number of letters to insert, delete, replace, or swap with their neighbour (Damerau's
// restricted distance).
int EditDistance(std::string_view a, std::string_view b);

// The nearest of `known` by edit distance, if it is near: at most a third of the word's letters
// away.
std::optional<std::string> Suggest(std::string_view word, const std::vector<std::string>& known);

}  // namespace wissel::config
