#include "router/service/pages.h"

#include <charconv>
#include <optional>
#include <string_view>

#include "base/status.h"
#include "fmt/format.h"

namespace wissel {
namespace {

constexpr int kUsualPage = 100;
constexpr int kLargestPage = 1'000;

std::optional<uint64_t> ParseHex(std::string_view text) {
  uint64_t number = 0;
  const auto result = std::from_chars(text.data(), text.data() + text.size(), number, 16);
  if (result.ec != std::errc() || result.ptr != text.data() + text.size()) return std::nullopt;
  return number;
}

}  // namespace

absl::StatusOr<Page> ReadPage(int32_t page_size, const std::string& page_token, uint64_t list) {
  if (page_size < 0 || page_size > kLargestPage) {
    return RefuseField("pageSize", fmt::format("{} is out of range", page_size), "1 to 1,000");
  }
  Page page;
  page.size = page_size == 0 ? kUsualPage : page_size;
  if (page_token.empty()) return page;
  const std::string_view token = page_token;
  const size_t dash = token.find('-');
  const auto from = ParseHex(token.substr(0, dash));
  const auto of = dash == token.npos ? std::nullopt : ParseHex(token.substr(dash + 1));
  if (!from || !of || *of != list) {
    return RefuseField("pageToken", "the token is not of this list",
                       "nextPageToken of the page before, with the same filter");
  }
  page.from = *from;
  return page;
}

std::string PageToken(uint64_t from, uint64_t list) { return fmt::format("{:x}-{:x}", from, list); }

}  // namespace wissel
