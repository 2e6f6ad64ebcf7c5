#include "forecasting/service/history_service.h"

#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <optional>
#include <utility>

#include "forecasting/history/export.h"
#include "forecasting/service/history_preview.h"
#include "forecasting/service/past.h"
#include "forecasting/service/resources.h"
#include "forecasting/service/uploads.h"
#include "google/protobuf/empty.pb.h"
#include "metrics/history/history_import.h"
#include "router/service/names.h"

namespace wissel::forecasting {
namespace {

using google::protobuf::Empty;
using metrics::HistoryTables;
using rpc::Access;
using rpc::Context;
using rpc::Reply;
using rpc::Role;

const Access kLook = Access::Of({Role::kPlanner, Role::kManager, Role::kAdmin});
const Access kChange = Access::Of({Role::kPlanner, Role::kAdmin});
constexpr size_t kMostWaiting = 20;
constexpr size_t kPiece = 1U << 20;
constexpr int64_t kLongestExport = 800;
constexpr int64_t kLongestMark = 2000;

std::string QueueIn(const std::string& name) {
  return name.starts_with("queues/") ? name.substr(7) : name;
}

absl::StatusOr<metrics::CsvOptions> OptionsOf(const v1::HistoryImportOptions& options,
                                              const std::string& zone) {
  metrics::CsvOptions read;
  read.zone = options.time_zone().empty() ? zone : options.time_zone();
  if (!metrics::LocalTime::In(read.zone).ok()) {
    return RefuseField("options.timeZone", fmt::format("{} is no time zone", Quoted(read.zone)),
                       "a name like Europe/Brussels");
  }
  read.queue = QueueIn(options.queue());
  if (options.date_order() == "dmy") read.dates = metrics::DateOrder::kDayFirst;
  if (options.date_order() == "mdy") read.dates = metrics::DateOrder::kMonthFirst;
  if (!options.date_order().empty() && !read.dates) {
    return RefuseField("options.dateOrder",
                       fmt::format("{} is no order of dates", Quoted(options.date_order())),
                       "dmy or mdy");
  }
  if (options.interval_minutes() != 0) {
    if (!metrics::IsIntervalLength(options.interval_minutes())) {
      return RefuseField("options.intervalMinutes", "is no length of an interval",
                         std::string(metrics::kIntervalLengths));
    }
    read.interval_minutes = options.interval_minutes();
  }
  return read;
}

// A file that goes when it has been read.
absl::StatusOr<std::string> Spreadsheet(const std::vector<ExportedSeries>& all,
                                        const metrics::LocalTime& time) {
  std::string path = (std::filesystem::temp_directory_path() / "history-XXXXXX").string();
  const int file = mkstemp(path.data());
  if (file < 0) return absl::UnavailableError("there is no room for the spreadsheet");
  close(file);
  const absl::Status written = ExportXlsx(all, time, path);
  std::ifstream in(path, std::ios::binary);
  std::string bytes(std::istreambuf_iterator<char>(in), {});
  std::error_code ignored;
  std::filesystem::remove(path, ignored);
  if (!written.ok()) return written;
  return bytes;
}

absl::StatusOr<v1::ExportHistoryResponse> Export(HistoryTables& tables,
                                                 const v1::ExportHistoryRequest& request,
                                                 const std::string& zone) {
  WISSEL_ASSIGN_OR_RETURN(const Days days,
                          ReadDays(request.start_date(), request.end_date(), kLongestExport));
  SeriesOptions options;
  options.from_day = DateOf(days.first).days();
  options.to_day = DateOf(days.last).days() + 1;
  options.minutes = request.interval_minutes() == 0 ? 15 : request.interval_minutes();
  options.zone = zone;
  if (options.minutes != 15 && options.minutes != 30 && options.minutes != 60 &&
      options.minutes != 1440) {
    return RefuseField("intervalMinutes", fmt::format("{} is out of range", options.minutes),
                       "15, 30, 60 or 1440");
  }
  WISSEL_ASSIGN_OR_RETURN(std::vector<std::string> queues, tables.Queues());
  const std::string asked = QueueIn(request.queue());
  if (!asked.empty()) {
    if (std::find(queues.begin(), queues.end(), asked) == queues.end()) {
      return NoSuchName("queue", request.queue());
    }
    queues = {asked};
  }
  std::vector<ExportedSeries> all;
  for (const std::string& queue : queues) {
    options.series.queue = queue;
    WISSEL_ASSIGN_OR_RETURN(auto rows, ReadSeries(tables, options));
    all.push_back({options.series, std::move(rows)});
  }
  WISSEL_ASSIGN_OR_RETURN(const metrics::LocalTime time, metrics::LocalTime::In(zone));
  v1::ExportHistoryResponse response;
  const std::string name = fmt::format("{}-{}-{}", asked.empty() ? "history" : asked,
                                       WriteDay(days.first), WriteDay(days.last));
  if (request.format() == v1::ExportHistoryRequest::XLSX) {
    WISSEL_ASSIGN_OR_RETURN(*response.mutable_content(), Spreadsheet(all, time));
    response.set_content_type("application/vnd.openxmlformats-officedocument.spreadsheetml.sheet");
    response.set_file_name(name + ".xlsx");
    return response;
  }
  response.set_content(ExportCsv(all, time));
  response.set_content_type("text/csv; charset=utf-8");
  response.set_file_name(name + ".csv");
  return response;
}

absl::StatusOr<v1::ListHistorySeriesResponse> ListSeries(HistoryTables& tables,
                                                         const std::string& zone,
                                                         absl::CivilDay today) {
  WISSEL_ASSIGN_OR_RETURN(const std::vector<std::string> queues, tables.Queues());
  v1::ListHistorySeriesResponse response;
  for (const std::string& queue : queues) {
    SeriesOptions options;
    options.series.queue = queue;
    options.to_day = DateOf(today).days() + 1;
    options.from_day = options.to_day - 5 * 366;
    options.minutes = 60;
    options.zone = zone;
    WISSEL_ASSIGN_OR_RETURN(const auto rows, ReadSeries(tables, options));
    SeriesDays days;
    for (const SeriesRow& row : rows) days.Add(row);
    if (days.any()) days.Write("queues/" + queue, *response.add_series());
  }
  return response;
}

absl::StatusOr<metrics::Mark> MarkOf(const v1::HistoryMark& mark, absl::TimeZone zone) {
  metrics::Mark made;
  switch (mark.kind()) {
    case v1::HistoryMark::CLOSED:
      made.kind = metrics::MarkKind::kClosed;
      break;
    case v1::HistoryMark::HOLIDAY:
      made.kind = metrics::MarkKind::kHoliday;
      break;
    case v1::HistoryMark::OUTAGE:
      made.kind = metrics::MarkKind::kOutage;
      break;
    case v1::HistoryMark::EVENT:
      made.kind = metrics::MarkKind::kEvent;
      break;
    case v1::HistoryMark::EXCLUDED:
      made.kind = metrics::MarkKind::kExclude;
      break;
    default:
      return RefuseField("kind", "is not given", "CLOSED, HOLIDAY, OUTAGE, EVENT or EXCLUDED");
  }
  WISSEL_ASSIGN_OR_RETURN(const Days days,
                          ReadDays(mark.start_date(), mark.end_date(), kLongestMark));
  WISSEL_RETURN_IF_ERROR(CheckGiven(mark.label(), 200, "label"));
  if (mark.label().size() > 200) {
    return RefuseField("label", "is too long", "at most 200 bytes");
  }
  made.queue = QueueIn(mark.queue());
  made.label = mark.label();
  const auto at = [&](absl::CivilDay day) {
    return Instant::FromMillis(absl::ToUnixMillis(absl::FromCivil(absl::CivilSecond(day), zone)));
  };
  made.start = at(days.first);
  made.end = at(days.last + 1);
  return made;
}

v1::HistoryMark MarkFrom(const metrics::Mark& mark, absl::TimeZone zone) {
  v1::HistoryMark out;
  out.set_name(NameOf("historyMarks", static_cast<uint64_t>(mark.id)));
  switch (mark.kind) {
    case metrics::MarkKind::kClosed:
      out.set_kind(v1::HistoryMark::CLOSED);
      break;
    case metrics::MarkKind::kHoliday:
      out.set_kind(v1::HistoryMark::HOLIDAY);
      break;
    case metrics::MarkKind::kOutage:
      out.set_kind(v1::HistoryMark::OUTAGE);
      break;
    case metrics::MarkKind::kEvent:
      out.set_kind(v1::HistoryMark::EVENT);
      break;
    case metrics::MarkKind::kExclude:
      out.set_kind(v1::HistoryMark::EXCLUDED);
      break;
  }
  if (!mark.queue.empty()) out.set_queue("queues/" + mark.queue);
  out.set_label(mark.label);
  const auto day = [&](int64_t ms) {
    return WriteDay(absl::ToCivilDay(absl::FromUnixMillis(ms), zone));
  };
  out.set_start_date(day(mark.start.millis()));
  out.set_end_date(day(mark.end.millis() - 1));
  return out;
}

absl::StatusOr<v1::ListHistoryMarksResponse> ListMarks(HistoryTables& tables,
                                                       const v1::ListHistoryMarksRequest& request,
                                                       absl::TimeZone zone) {
  absl::CivilDay first(1990, 1, 1), last(2100, 12, 31);
  if (!request.start_date().empty()) {
    WISSEL_ASSIGN_OR_RETURN(first, ReadDay(request.start_date(), "startDate"));
  }
  if (!request.end_date().empty()) {
    WISSEL_ASSIGN_OR_RETURN(last, ReadDay(request.end_date(), "endDate"));
  }
  const auto at = [&](absl::CivilDay day) {
    return Instant::FromMillis(absl::ToUnixMillis(absl::FromCivil(absl::CivilSecond(day), zone)));
  };
  WISSEL_ASSIGN_OR_RETURN(const auto marks, tables.marks().List("", at(first), at(last + 1)));
  v1::ListHistoryMarksResponse response;
  for (const metrics::Mark& mark : marks) *response.add_history_marks() = MarkFrom(mark, zone);
  return response;
}

}  // namespace

class HistoryService::Parts : public std::enable_shared_from_this<HistoryService::Parts> {
 public:
  explicit Parts(Office& office) : office_(office) {}

  Office& office() { return office_; }
  Uploads& uploads() { return uploads_; }
  std::string zone() const { return office_.directory()->center.time_zone; }
  void Stop() { worker_.Stop(); }

  // `work(HistoryTables&)` on this service's thread.
  template <class Response, class Work>
  void Do(Reply<Response> reply, Work work) {
    const bool taken =
        worker_.Do([self = shared_from_this(), reply, work = std::move(work)](bool goes) {
          if (!goes) return reply(NoLook());
          const auto tables = self->Tables();
          if (!tables.ok()) return reply(tables.status());
          reply(work(**tables));
        });
    if (taken) return;
    reply(Refuse(absl::StatusCode::kResourceExhausted, "", "too many ask of the history at once",
                 "the same request again later"));
  }

  // The file of a request, read whole: nothing has been written yet.
  template <class Request>
  absl::StatusOr<std::unique_ptr<metrics::HistoryImport>> Begin(HistoryTables& tables,
                                                                const Request& request,
                                                                const std::string& user) {
    std::shared_ptr<const std::string> bytes;
    if (request.file_case() == Request::kUpload) {
      WISSEL_ASSIGN_OR_RETURN(bytes, uploads_.Find(user, request.upload(), office_.shard().now()));
    } else if (request.file_case() == Request::kContent) {
      bytes = std::make_shared<const std::string>(request.content());
    } else {
      return RefuseField("file", "is not given", "content, or the name of an upload");
    }
    WISSEL_ASSIGN_OR_RETURN(metrics::CsvOptions options, OptionsOf(request.options(), zone()));
    WISSEL_ASSIGN_OR_RETURN(auto import,
                            metrics::HistoryImport::Begin(tables, options, office_.shard().now()));
    for (size_t at = 0; at < bytes->size(); at += kPiece) {
      WISSEL_RETURN_IF_ERROR(import->Feed(std::string_view(*bytes).substr(at, kPiece)));
    }
    return import;
  }

 private:
  absl::StatusOr<HistoryTables*> Tables() {
    if (!tables_) {
      WISSEL_ASSIGN_OR_RETURN(tables_, office_.OpenHistory());
    }
    return &*tables_;
  }

  Office& office_;
  Uploads uploads_;
  std::optional<HistoryTables> tables_;  // of the worker's thread
  Worker worker_{"history-import", kMostWaiting};
};

HistoryService::HistoryService(Office& office) : parts_(std::make_shared<Parts>(office)) {}
HistoryService::~HistoryService() { Stop(); }
void HistoryService::Stop() { parts_->Stop(); }

namespace {

absl::StatusOr<v1::ImportHistoryResponse> Import(metrics::HistoryImport& import, bool replace) {
  WISSEL_ASSIGN_OR_RETURN(const metrics::ImportPreview preview, import.Preview());
  if (!preview.ok()) return FileFault(preview);
  WISSEL_ASSIGN_OR_RETURN(const metrics::ImportOutcome outcome, import.Commit(replace));
  v1::ImportHistoryResponse response;
  response.set_added(outcome.written);
  response.set_unchanged(outcome.same);
  response.set_replaced(outcome.replaced);
  response.set_counted_here(outcome.counted_here);
  return response;
}

}  // namespace

void HistoryService::Register(rpc::MethodTable& table) {
  RegisterFiles(table);
  RegisterMarks(table);
}

void HistoryService::RegisterFiles(rpc::MethodTable& table) {
  const auto parts = parts_;
  table.Unary<v1::UploadHistoryPieceRequest, v1::HistoryUpload>(
      "wissel.v1.HistoryService.UploadHistoryPiece", kChange,
      [parts](const Context& context, const v1::UploadHistoryPieceRequest& request,
              Reply<v1::HistoryUpload> reply) {
        const auto state =
            parts->uploads().Add(context.caller.user, request.upload(), request.offset(),
                                 request.piece(), parts->office().shard().now());
        if (!state.ok()) return reply(state.status());
        v1::HistoryUpload upload;
        upload.set_name(state->name);
        upload.set_size(state->size);
        reply(upload);
      });
  table.Unary<v1::PreviewHistoryImportRequest, v1::HistoryImportPreview>(
      "wissel.v1.HistoryService.PreviewHistoryImport", kChange,
      [parts](const Context& context, const v1::PreviewHistoryImportRequest& request,
              Reply<v1::HistoryImportPreview> reply) {
        parts->Do(std::move(reply),
                  [parts, request, user = context.caller.user](
                      HistoryTables& tables) -> absl::StatusOr<v1::HistoryImportPreview> {
                    WISSEL_ASSIGN_OR_RETURN(const auto import, parts->Begin(tables, request, user));
                    WISSEL_ASSIGN_OR_RETURN(const auto preview, import->Preview());
                    return WritePreview(preview, *parts->office().directory());
                  });
      });
  table.Unary<v1::ImportHistoryRequest, v1::ImportHistoryResponse>(
      "wissel.v1.HistoryService.ImportHistory", kChange,
      [parts](const Context& context, const v1::ImportHistoryRequest& request,
              Reply<v1::ImportHistoryResponse> reply) {
        parts->Do(std::move(reply),
                  [parts, request, user = context.caller.user](
                      HistoryTables& tables) -> absl::StatusOr<v1::ImportHistoryResponse> {
                    WISSEL_ASSIGN_OR_RETURN(const auto import, parts->Begin(tables, request, user));
                    return Import(*import, request.replace());
                  });
      });
  table.Unary<v1::ExportHistoryRequest, v1::ExportHistoryResponse>(
      "wissel.v1.HistoryService.ExportHistory", kLook,
      [parts](const Context&, const v1::ExportHistoryRequest& request,
              Reply<v1::ExportHistoryResponse> reply) {
        parts->Do(std::move(reply), [parts, request](HistoryTables& tables) {
          return Export(tables, request, parts->zone());
        });
      });
}

void HistoryService::RegisterMarks(rpc::MethodTable& table) {
  const auto parts = parts_;
  table.Unary<v1::ListHistorySeriesRequest, v1::ListHistorySeriesResponse>(
      "wissel.v1.HistoryService.ListHistorySeries", kLook,
      [parts](const Context&, const v1::ListHistorySeriesRequest&,
              Reply<v1::ListHistorySeriesResponse> reply) {
        const absl::CivilDay today = absl::ToCivilDay(
            absl::FromUnixMillis(parts->office().shard().now().millis()), parts->office().zone());
        parts->Do(std::move(reply), [parts, today](HistoryTables& tables) {
          return ListSeries(tables, parts->zone(), today);
        });
      });
  table.Unary<v1::CreateHistoryMarkRequest, v1::HistoryMark>(
      "wissel.v1.HistoryService.CreateHistoryMark", kChange,
      [parts](const Context&, const v1::CreateHistoryMarkRequest& request,
              Reply<v1::HistoryMark> reply) {
        auto mark = MarkOf(request.history_mark(), parts->office().zone());
        if (!mark.ok()) return reply(WithFieldPrefix(mark.status(), "historyMark"));
        parts->Do(std::move(reply),
                  [parts, mark = *mark](HistoryTables& tables) -> absl::StatusOr<v1::HistoryMark> {
                    metrics::Mark made = mark;
                    WISSEL_ASSIGN_OR_RETURN(made.id, tables.marks().Add(made));
                    return MarkFrom(made, parts->office().zone());
                  });
      });
  table.Unary<v1::ListHistoryMarksRequest, v1::ListHistoryMarksResponse>(
      "wissel.v1.HistoryService.ListHistoryMarks", kLook,
      [parts](const Context&, const v1::ListHistoryMarksRequest& request,
              Reply<v1::ListHistoryMarksResponse> reply) {
        parts->Do(std::move(reply), [parts, request](HistoryTables& tables) {
          return ListMarks(tables, request, parts->office().zone());
        });
      });
  table.Unary<v1::DeleteHistoryMarkRequest, Empty>(
      "wissel.v1.HistoryService.DeleteHistoryMark", kChange,
      [parts](const Context&, const v1::DeleteHistoryMarkRequest& request, Reply<Empty> reply) {
        parts->Do(std::move(reply),
                  [name = request.name()](HistoryTables& tables) -> absl::StatusOr<Empty> {
                    WISSEL_ASSIGN_OR_RETURN(const uint64_t number,
                                            NumberOf("historyMarks", name, "name"));
                    WISSEL_RETURN_IF_ERROR(tables.marks().Delete(static_cast<int64_t>(number)));
                    return Empty();
                  });
      });
}

}  // namespace wissel::forecasting
