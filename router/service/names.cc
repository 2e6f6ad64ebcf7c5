#include "router/service/names.h"

#include <algorithm>
#include <charconv>
#include <cstdint>
#include <limits>

namespace wissel {
namespace {

constexpr std::string_view kItems = "workItems/";
constexpr std::string_view kNotices = "notices/";
constexpr std::string_view kOffers = "/offers/";
constexpr std::string_view kAssignments = "/assignments/";
constexpr size_t kLongestId = 63;
constexpr size_t kLongestQuote = 80;

bool IsLetter(char c) { return c >= 'a' && c <= 'z'; }
bool IsDigit(char c) { return c >= '0' && c <= '9'; }

// A positive number as the engine writes it: no sign, no leading zero. The contract's numbers are
// int64.
std::optional<uint64_t> ParseNumber(std::string_view text) {
  if (text.empty() || text.front() == '0' || !std::all_of(text.begin(), text.end(), IsDigit)) {
    return std::nullopt;
  }
  uint64_t number = 0;
  const auto result = std::from_chars(text.data(), text.data() + text.size(), number);
  if (result.ec != std::errc() || number > std::numeric_limits<int64_t>::max()) return std::nullopt;
  return number;
}

absl::Status NotAName(std::string_view field, std::string_view name, std::string_view form) {
  if (name.empty()) return RefuseField(field, fmt::format("{} is missing", field), form);
  return RefuseField(field, fmt::format("{} is not a name of this kind", Quoted(name)), form);
}

absl::StatusOr<AgentsPart> ParseAgentsPart(std::string_view name, std::string_view middle,
                                           std::string_view form, std::string_view field) {
  const size_t at = name.find(middle);
  if (at == std::string_view::npos) return NotAName(field, name, form);
  const std::string_view agent = name.substr(0, at);
  if (!ParseName(Collection<AgentId>::kPrefix, form, agent, field).ok()) {
    return NotAName(field, name, form);
  }
  const std::optional<uint64_t> number = ParseNumber(name.substr(at + middle.size()));
  if (!number) return NotAName(field, name, form);
  return AgentsPart{agent, *number};
}

}  // namespace

bool IsResourceId(std::string_view id) {
  return !id.empty() && id.size() <= kLongestId && IsLetter(id.front()) &&
         std::all_of(id.begin(), id.end(),
                     [](char c) { return IsLetter(c) || IsDigit(c) || c == '-'; });
}

std::string Quoted(std::string_view text) {
  std::string shown(text.substr(0, kLongestQuote));
  // Never a piece of a character: status messages are UTF-8.
  if (shown.size() < text.size()) {
    while (!shown.empty() && (static_cast<unsigned char>(text[shown.size()]) & 0xC0) == 0x80) {
      shown.pop_back();
    }
    shown += "...";
  }
  std::replace_if(
      shown.begin(), shown.end(),
      [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; }, ' ');
  return '"' + shown + '"';
}

absl::Status NoSuchName(std::string_view field, std::string_view name) {
  return Refuse(absl::StatusCode::kNotFound, field, fmt::format("{} does not exist", name));
}

absl::StatusOr<std::string_view> ParseName(std::string_view prefix, std::string_view form,
                                           std::string_view name, std::string_view field) {
  if (!name.starts_with(prefix) || !IsResourceId(name.substr(prefix.size()))) {
    return NotAName(field, name, form);
  }
  return name.substr(prefix.size());
}

std::string ItemName(ItemId id) { return fmt::format("{}{}", kItems, id.value()); }

absl::StatusOr<ItemId> ParseItemName(std::string_view name, std::string_view field) {
  constexpr std::string_view kForm = "workItems/{number}";
  if (!name.starts_with(kItems)) return NotAName(field, name, kForm);
  const std::optional<uint64_t> number = ParseNumber(name.substr(kItems.size()));
  if (!number) return NotAName(field, name, kForm);
  return ItemId(*number);
}

std::string NoticeName(NoticeId id) { return fmt::format("{}{}", kNotices, id.value()); }

absl::StatusOr<NoticeId> ParseNoticeName(std::string_view name, std::string_view field) {
  constexpr std::string_view kForm = "notices/{number}";
  if (!name.starts_with(kNotices)) return NotAName(field, name, kForm);
  const std::optional<uint64_t> number = ParseNumber(name.substr(kNotices.size()));
  if (!number || *number > std::numeric_limits<uint32_t>::max()) {
    return NotAName(field, name, kForm);
  }
  return NoticeId(static_cast<uint32_t>(*number));
}

std::string OfferName(const Directory& directory, AgentId agent, OfferId offer) {
  return fmt::format("{}{}{}", NameIn(directory, agent), kOffers, offer.value());
}

std::string AssignmentName(const Directory& directory, AgentId agent, ItemId item) {
  return fmt::format("{}{}{}", NameIn(directory, agent), kAssignments, item.value());
}

absl::StatusOr<AgentsPart> ParseOfferName(std::string_view name, std::string_view field) {
  return ParseAgentsPart(name, kOffers, "agents/{agent}/offers/{number}", field);
}

absl::StatusOr<AgentsPart> ParseAssignmentName(std::string_view name, std::string_view field) {
  return ParseAgentsPart(name, kAssignments, "agents/{agent}/assignments/{number}", field);
}

}  // namespace wissel
