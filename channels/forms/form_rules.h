// What a form may be, and what may be filled in. Pure; thread-safe.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "wissel/v1/form.pb.h"

namespace wissel::forms {

// Values by the names of their fields; of a field that was left out there is none.
using Values = std::map<std::string, std::string, std::less<>>;

// Of a form as the configuration has it. INVALID_ARGUMENT at the path within it:
// "fields[2].choices".
absl::Status CheckForm(const v1::Form& form);

struct Problem {
  enum class Kind : uint8_t {
    kMissing,
    kTooLong,
    kNoText,
    kNoEmail,
    kNoPhone,
    kNoNumber,
    kOutOfRange,
    kNoDate,
    kNoChoice,
  };
  std::string field;
  Kind kind = Kind::kMissing;
  int64_t least = 0;  // of kOutOfRange
  int64_t most = 0;   // of kOutOfRange, and characters of kTooLong

  bool operator==(const Problem&) const = default;
};

// Takes white space off both ends, and makes line ends "\n". Fields that the form does not have are
// dropped: a browser sends its button and what a trap for machines is called.
Values Cleaned(const v1::Form& form, const Values& values);

// In the order of the form's fields; empty: it may be sent. `region`: of telephone numbers without
// a country, ISO 3166-1.
std::vector<Problem> ProblemsOf(const v1::Form& form, const Values& cleaned,
                                std::string_view region);

// For programs: what is wrong and what would be right, in English, at "fields.{name}".
absl::Status RefusalOf(const Problem& problem);

// Of several languages the one that is asked for ("nl" of "nl-BE"), or else the first.
std::string_view TextIn(std::string_view language,
                        const google::protobuf::RepeatedPtrField<v1::LocalText>& texts);

// A value as people read it: of a choice its label, of a checkbox a tick.
std::string InWords(const v1::FormField& field, const std::string& value,
                    std::string_view language);

// Characters.
int64_t LongestOf(const v1::FormField& field);
int64_t MostOf(const v1::FormField& field);

}  // namespace wissel::forms
