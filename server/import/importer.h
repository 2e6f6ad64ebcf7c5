// What the lines of one kind of file mean, and how they get to the server.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "server/import/client.h"
#include "server/import/import.h"
#include "server/import/table.h"

namespace wissel::imports {

// What becomes, or would become, of a line.
struct Outcome {
  enum class Kind : uint8_t { kAdded = 1, kChanged = 2, kUnchanged = 3, kRefused = 4 };
  Kind kind = Kind::kUnchanged;
  std::optional<Fault> fault;  // of kRefused; its line is not set
};

class Importer {
 public:
  virtual ~Importer() = default;

  // Before the first line: whether the columns are those of this file, and what the server has that
  // lines may name. INVALID_ARGUMENT says what is wrong with the columns.
  virtual absl::Status Prepare(const Table& table) = 0;
  // Reads the line; a fault where it cannot be sent. Lines are numbered in the order of the calls.
  virtual std::optional<Fault> Add(const Row& row) = 0;
  // So many of the lines that could be read go in one call.
  virtual size_t batch() const = 0;
  // Those lines, by their numbers: as many outcomes. Not OK: nobody knows what became of them.
  virtual absl::StatusOr<std::vector<Outcome>> Send(const std::vector<size_t>& lines,
                                                    bool validate_only) = 0;
};

std::unique_ptr<Importer> MakeAgents(const Door& door);
std::unique_ptr<Importer> MakeCustomers(const Door& door);
std::unique_ptr<Importer> MakeEntries(const Door& door, const std::string& list);
std::unique_ptr<Importer> MakeRecipients(const Door& door, const std::string& mailing);
std::unique_ptr<Importer> MakeMarks(const Door& door);

// --- For those who read lines

// The cells of the columns that are known, by name; others are refused.
class Columns {
 public:
  // `known`: names that may be there, `required` those that must.
  static absl::StatusOr<Columns> Of(const Table& table, const std::vector<std::string>& known,
                                    const std::vector<std::string>& required);
  // The same where other columns mean something too: those are `others`.
  static absl::StatusOr<Columns> AndOthers(const Table& table,
                                           const std::vector<std::string>& known,
                                           const std::vector<std::string>& required);

  // Empty where there is no such column.
  std::string Cell(const Row& row, std::string_view name) const;
  bool Has(std::string_view name) const { return table_->Find(name).has_value(); }
  struct Other {
    size_t at = 0;
    std::string name;  // as it stands there
  };
  const std::vector<Other>& others() const { return others_; }
  // The head of a known column as it stands there.
  std::string HeadOf(std::string_view name) const;

 private:
  const Table* table_ = nullptr;
  std::vector<Other> others_;
};

// "a; b;c": its parts without spaces around them, empty ones left out.
std::vector<std::string> PartsOf(const std::string& cell);

// A refusal as a fault; `column` is the one at fault.
Fault FaultOf(const absl::Status& status, std::string column);

}  // namespace wissel::imports
