// What planners made, in planning.sqlite: forecasts, required staff, schedules, what people may and
// wish. Each is a message of the contract, kept whole under its kind, number and key, so that a
// later version of the contract reads what an earlier one wrote.
//
// Not thread-safe: a connection belongs to one thread at a time. No personal data but agents' ids.
#pragma once

#include <cstdint>
#include <functional>
#include <limits>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "base/sql/connection.h"
#include "google/protobuf/message_lite.h"

namespace wissel::forecasting {

// The kind is the collection: "forecasts". Parts of a resource stand beside it under a key of their
// own: the series of a forecast under their queues.
struct PlanKey {
  std::string_view kind;
  uint64_t number = 0;
  std::string_view part = "";
};

// Above every number: a list from the newest on.
inline constexpr uint64_t kFromNewest = static_cast<uint64_t>(std::numeric_limits<int64_t>::max());

// A resource with its number, as ReadAll gives it.
template <class Message>
struct Stored {
  uint64_t number = 0;
  Message head;  // without its parts
};

struct PlanRecord {
  uint64_t number = 0;
  std::string part;
  std::string bytes;
};

class PlanStore {
 public:
  // Makes the file where there is none; ":memory:" forgets all at the end. FAILED_PRECONDITION for
  // one of a later format.
  static absl::StatusOr<std::unique_ptr<PlanStore>> Open(const sql::Place& place);

  // The next number of a kind; none is ever given twice. Inside `Transact` it is given back when
  // that fails.
  absl::StatusOr<uint64_t> NextNumber(std::string_view kind);

  absl::Status Put(const PlanKey& key, const google::protobuf::MessageLite& message);
  // False: there is none.
  absl::StatusOr<bool> Get(const PlanKey& key, google::protobuf::MessageLite* message);
  // The resources themselves, without parts, newest first: at most `most` with numbers below
  // `before`.
  absl::StatusOr<std::vector<PlanRecord>> List(std::string_view kind, uint64_t before, size_t most);
  // The parts of one resource, by key.
  absl::StatusOr<std::vector<PlanRecord>> Parts(std::string_view kind, uint64_t number);
  // With its parts. False: there was none.
  absl::StatusOr<bool> Delete(std::string_view kind, uint64_t number);
  absl::Status DeletePart(const PlanKey& key);

  // All of what `work` does or nothing. Not within another one.
  absl::Status Transact(const std::function<absl::Status()>& work);

  // The answer to a request that was carried out before, by caller and request id; the newest
  // 10,000 are known. INVALID_ARGUMENT on `requestId` when it was another request.
  absl::StatusOr<bool> FindAnswer(const std::string& request, uint64_t fingerprint,
                                  google::protobuf::MessageLite* answer);
  absl::Status KeepAnswer(const std::string& request, uint64_t fingerprint,
                          const google::protobuf::MessageLite& answer);

 private:
  explicit PlanStore(sql::Connection connection) : connection_(std::move(connection)) {}
  absl::Status Prepare();

  sql::Connection connection_;
  struct {
    sql::Statement last, set_last, put, get, list, parts, remove, remove_part, answer, keep_answer,
        forget_answers;
  } s_;
};

// DATA_LOSS: bytes that are no such message.
template <class Message>
absl::StatusOr<Message> ReadRecord(const PlanRecord& record) {
  Message message;
  if (message.ParseFromString(record.bytes)) return message;
  return absl::DataLossError("planning.sqlite cannot be read");
}

// The resources of a kind, newest first: at most `most` with numbers below `before`.
template <class Message>
absl::StatusOr<std::vector<Stored<Message>>> ReadAll(PlanStore& store, std::string_view kind,
                                                     size_t most, uint64_t before = kFromNewest) {
  const auto records = store.List(kind, before, most);
  if (!records.ok()) return records.status();
  std::vector<Stored<Message>> all;
  all.reserve(records->size());
  for (const PlanRecord& record : *records) {
    auto message = ReadRecord<Message>(record);
    if (!message.ok()) return message.status();
    all.push_back({record.number, *std::move(message)});
  }
  return all;
}

}  // namespace wissel::forecasting
