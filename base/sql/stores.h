// Where all the stores of a shard are: files in one folder, or schemas of one PostgreSQL.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "base/sql/connection.h"

namespace wissel::sql {

class Stores {
 public:
  // None: in memory, forgotten at the end.
  Stores(std::optional<std::string> folder)  // NOLINT(google-explicit-constructor)
      : folder_(std::move(folder)) {}
  Stores(std::string folder) : folder_(std::move(folder)) {}  // NOLINT(google-explicit-constructor)
  Stores(std::nullopt_t) {}                                   // NOLINT(google-explicit-constructor)
  // In schemas named {prefix}_{store}; `folder` is this machine's own, for what is not shared.
  Stores(PostgresOptions database, std::string prefix, std::optional<Fence> fence,
         std::optional<std::string> folder)
      : folder_(std::move(folder)),
        database_(std::move(database)),
        prefix_(std::move(prefix)),
        fence_(std::move(fence)) {}

  // `name` as in "contacts": {folder}/contacts.sqlite.
  Place At(std::string_view name) const {
    if (database_) {
      PostgresOptions options = *database_;
      options.schema = prefix_ + "_" + std::string(name);
      return {std::move(options), fence_};
    }
    return folder_ ? *folder_ + "/" + std::string(name) + ".sqlite" : ":memory:";
  }

  const std::optional<std::string>& folder() const { return folder_; }
  bool shared() const { return database_.has_value(); }

 private:
  std::optional<std::string> folder_;
  std::optional<PostgresOptions> database_;
  std::string prefix_;
  std::optional<Fence> fence_;
};

}  // namespace wissel::sql
