// The catalogues of customers' pages: one text a key and language, as ICU messages. Immutable once
// read; thread-safe.
#pragma once

#include <filesystem>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "channels/pages/page_set.h"

namespace wissel::pages {

class Texts {
 public:
  // Reads `{folder}/{language}.json`, each an object of keys and ICU messages. INVALID_ARGUMENT
  // with the file and the key.
  static absl::StatusOr<Texts> Read(const std::filesystem::path& folder, const std::string& zone);
  Texts(Texts&&) noexcept;
  Texts& operator=(Texts&&) noexcept;
  ~Texts();

  std::vector<std::string> languages() const;
  bool Has(std::string_view key) const;
  // Empty for a key or a language that is not there.
  std::string Say(std::string_view language, std::string_view key,
                  const Arguments& arguments) const;

 private:
  class Language;
  Texts();

  std::map<std::string, std::unique_ptr<Language>, std::less<>> languages_;
};

}  // namespace wissel::pages
