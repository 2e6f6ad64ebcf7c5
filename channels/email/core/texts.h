// The words of acknowledgements, in the customer's language, and templates with {placeholders}.
// Pure; thread-safe. The usual texts stand in texts.txt, which is built in.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "base/time.h"

namespace wissel::email {

using Values = std::vector<std::pair<std::string_view, std::string>>;

// Each {name} of `values` becomes its value, once: what a value says is not looked at again. A line
// whose placeholders are all empty is left out.
std::string Fill(std::string_view text, const Values& values);

// INVALID_ARGUMENT on `field` when the text names a placeholder other than these.
absl::Status CheckPlaceholders(std::string_view text, const std::vector<std::string_view>& known,
                               std::string_view field);

struct AcknowledgementText {
  std::string subject;
  std::string body;
};
// The placeholders of an acknowledgement.
inline const std::vector<std::string_view> kAcknowledgementPlaceholders = {
    "subject", "reference", "promise", "link", "center", "name"};

class Texts {
 public:
  // The usual ones, in nl, fr, de and en.
  Texts();

  // Replaces, or adds, those of a language ("nl").
  void SetAcknowledgement(std::string language, AcknowledgementText text);
  // In which of the languages there are texts: `language`, else `otherwise`, else "en".
  std::string Choose(std::string_view language, std::string_view otherwise) const;

  struct Acknowledgement {
    std::string subject;  // of the customer's mail
    std::string reference;
    std::optional<Duration> promise;
    std::string link;  // empty: none
    std::string center;
    std::string name;
  };
  // `language` as Choose gave it.
  AcknowledgementText Acknowledge(std::string_view language, const Acknowledgement& what) const;

 private:
  std::string Words(std::string_view language, std::string_view key) const;
  std::string TimeWords(std::string_view language, Duration time) const;

  std::map<std::string, std::string, std::less<>> texts_;  // by "nl.subject"
};

}  // namespace wissel::email
