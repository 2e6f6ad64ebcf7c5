#include "server/import/import.h"

#include <algorithm>
#include <array>
#include <cstdio>
#include <memory>
#include <utility>
#include <vector>

#include "base/status.h"
#include "fmt/format.h"
#include "google/protobuf/struct.pb.h"
#include "google/protobuf/util/json_util.h"
#include "server/import/importer.h"
#include "server/import/progress.h"

namespace wissel::imports {
namespace {

constexpr int kUsage = 2;
constexpr size_t kMostFaultsShown = 100;
constexpr size_t kLargestFile = size_t{1} << 30;

struct Closer {
  void operator()(std::FILE* file) const {
    if (file != stdin) std::fclose(file);
  }
};

absl::StatusOr<std::string> ReadFile(const std::string& name) {
  const std::unique_ptr<std::FILE, Closer> file(name == "-" ? stdin
                                                            : std::fopen(name.c_str(), "rb"));
  if (file == nullptr) return absl::NotFoundError(fmt::format("{} cannot be read", name));
  std::string bytes;
  std::array<char, 1 << 16> piece;
  while (const size_t read = std::fread(piece.data(), 1, piece.size(), file.get())) {
    bytes.append(piece.data(), read);
    if (bytes.size() > kLargestFile) {
      return absl::OutOfRangeError(fmt::format("{} is larger than 1 GiB", name));
    }
  }
  if (std::ferror(file.get()) != 0) {
    return absl::UnavailableError(fmt::format("{} cannot be read to its end", name));
  }
  return bytes;
}

// Quoted, as JSON has it.
std::string JsonText(const std::string& text) {
  google::protobuf::Value value;
  value.set_string_value(text);
  std::string json;
  return google::protobuf::util::MessageToJsonString(value, &json).ok() ? json : "\"\"";
}

int Fail(const absl::Status& status) {
  const std::string right = WhatWouldBeRight(status);
  fmt::print(stderr, "wissel import: {}{}{}\n", std::string(status.message()),
             right.empty() ? "" : "; right is: ", right);
  return 1;
}

std::unique_ptr<Importer> ImporterOf(const ImportOptions& options, const Door& door) {
  if (options.what == "agents") return MakeAgents(door);
  if (options.what == "customers") return MakeCustomers(door);
  if (options.what == "list") return MakeEntries(door, options.into);
  if (options.what == "mailing") return MakeRecipients(door, options.into);
  return MakeMarks(door);
}

struct Counts {
  size_t added = 0;
  size_t changed = 0;
  size_t unchanged = 0;
  size_t refused = 0;
};

// One file on its way. Lines are numbered as the importer read them.
class Run {
 public:
  Run(const ImportOptions& options, Table table, std::unique_ptr<Importer> importer)
      : options_(options), table_(std::move(table)), importer_(std::move(importer)) {}

  absl::StatusOr<int> Do() {
    WISSEL_RETURN_IF_ERROR(importer_->Prepare(table_));
    faults_ = table_.faults;
    for (const Row& row : table_.rows) {
      std::optional<Fault> fault = importer_->Add(row);
      if (fault) {
        Note(row.line, *std::move(fault));
      } else {
        good_.push_back(added_);
      }
      ++added_;
    }
    WISSEL_RETURN_IF_ERROR(Send("checking", true));
    ShowFaults();
    if (!faults_.empty() && !options_.skip_bad) {
      fmt::print(stderr, "wissel import: {} lines are wrong; nothing was changed\n",
                 faults_.size());
      return 1;
    }
    if (!options_.dry_run) {
      const size_t checked = faults_.size();
      const absl::Status sent = Send("importing", false);
      faults_.erase(faults_.begin(), faults_.begin() + static_cast<std::ptrdiff_t>(checked));
      ShowFaults();
      counts_.refused = checked + faults_.size();
      if (!sent.ok()) {
        fmt::print(stderr, "wissel import: stopped after {} lines; the same file again goes on\n",
                   done_);
        return sent;
      }
    } else {
      counts_.refused = faults_.size();
    }
    ShowCounts();
    return counts_.refused == 0 ? 0 : 1;
  }

 private:
  void Note(uint64_t line, Fault fault) {
    fault.line = line;
    faults_.push_back(std::move(fault));
  }

  // Lines that are refused are good no more.
  absl::Status Send(const char* what, bool validate_only) {
    counts_ = {};
    done_ = 0;
    Progress progress(what, good_.size());
    const std::vector<size_t> lines = std::exchange(good_, {});
    for (size_t from = 0; from < lines.size(); from += importer_->batch()) {
      const size_t to = std::min(from + importer_->batch(), lines.size());
      const std::vector<size_t> batch(lines.begin() + static_cast<std::ptrdiff_t>(from),
                                      lines.begin() + static_cast<std::ptrdiff_t>(to));
      WISSEL_ASSIGN_OR_RETURN(const std::vector<Outcome> outcomes,
                              importer_->Send(batch, validate_only));
      if (outcomes.size() != batch.size()) return absl::InternalError("an answer is missing");
      for (size_t i = 0; i < batch.size(); ++i) {
        Count(outcomes[i]);
        if (outcomes[i].fault) {
          Note(table_.rows[batch[i]].line, *outcomes[i].fault);
        } else {
          good_.push_back(batch[i]);
        }
      }
      done_ = to;
      progress.At(to);
    }
    return absl::OkStatus();
  }

  void Count(const Outcome& outcome) {
    if (outcome.kind == Outcome::Kind::kAdded) ++counts_.added;
    if (outcome.kind == Outcome::Kind::kChanged) ++counts_.changed;
    if (outcome.kind == Outcome::Kind::kUnchanged) ++counts_.unchanged;
  }

  void ShowFaults() {
    std::stable_sort(faults_.begin(), faults_.end(),
                     [](const Fault& a, const Fault& b) { return a.line < b.line; });
    for (size_t i = 0; i < faults_.size(); ++i) {
      const Fault& fault = faults_[i];
      if (options_.json) {
        fmt::print("{{\"line\":{},\"column\":{},\"what\":{},\"right\":{}}}\n", fault.line,
                   JsonText(fault.column), JsonText(fault.what), JsonText(fault.right));
        continue;
      }
      if (i == kMostFaultsShown) {
        fmt::print(stderr, "and {} more\n", faults_.size() - i);
        break;
      }
      fmt::print(stderr, "{}:{}: {}{}{}{}{}\n", options_.file, fault.line, fault.column,
                 fault.column.empty() ? "" : ": ", fault.what,
                 fault.right.empty() ? "" : "; right is: ", fault.right);
    }
  }

  void ShowCounts() const {
    if (options_.json) {
      fmt::print("{{\"added\":{},\"changed\":{},\"unchanged\":{},\"refused\":{},\"dryRun\":{}}}\n",
                 counts_.added, counts_.changed, counts_.unchanged, counts_.refused,
                 options_.dry_run);
      return;
    }
    fmt::print("{}{} added, {} changed, {} unchanged, {} refused\n",
               options_.dry_run ? "would be: " : "", counts_.added, counts_.changed,
               counts_.unchanged, counts_.refused);
  }

  const ImportOptions& options_;
  const Table table_;
  const std::unique_ptr<Importer> importer_;
  std::vector<Fault> faults_;
  std::vector<size_t> good_;
  size_t added_ = 0;
  size_t done_ = 0;
  Counts counts_;
};

absl::StatusOr<int> Import(const ImportOptions& options) {
  WISSEL_ASSIGN_OR_RETURN(const std::string bytes, ReadFile(options.file));
  WISSEL_ASSIGN_OR_RETURN(Table table, ReadTable(bytes));
  if (!table.is_utf8) {
    fmt::print(stderr, "wissel import: {} is not UTF-8 and was read as Windows-1252\n",
               options.file);
  }
  const Door door{grpc::CreateChannel(options.server, grpc::InsecureChannelCredentials()),
                  options.token};
  return Run(options, std::move(table), ImporterOf(options, door)).Do();
}

}  // namespace

int RunImport(const ImportOptions& options) {
  if (options.what == "list" && options.into.empty()) {
    fmt::print(stderr, "wissel import: list needs --list, the outbound list they belong to\n");
    return kUsage;
  }
  if (options.what == "mailing" && options.into.empty()) {
    fmt::print(stderr, "wissel import: mailing needs --mailing, which one they belong to\n");
    return kUsage;
  }
  if (options.token.empty()) {
    fmt::print(stderr, "wissel import: --token, or WISSEL_TOKEN, says who imports\n");
    return kUsage;
  }
  const absl::StatusOr<int> code = Import(options);
  return code.ok() ? *code : Fail(code.status());
}

}  // namespace wissel::imports
