#include "forecasting/service/forecast_service.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <utility>

#include "forecasting/service/event_service.h"
#include "forecasting/service/forecast_book.h"
#include "forecasting/service/forecast_run.h"
#include "forecasting/service/forecaster.h"
#include "forecasting/service/intraday.h"
#include "forecasting/service/judgement.h"
#include "forecasting/service/past.h"
#include "google/protobuf/empty.pb.h"
#include "router/service/convert_basics.h"
#include "router/service/names.h"
#include "router/service/pages.h"

namespace wissel::forecasting {
namespace {

using google::protobuf::Empty;
using rpc::Access;
using rpc::Context;
using rpc::Reply;
using rpc::Role;
using v1::Forecast;
using v1::ForecastPoint;
using v1::ForecastSeries;

constexpr int kLongestDays = 400;
constexpr int kUsualDays = 28;
constexpr int kUsualInterval = 30;

struct Task {
  Forecast head;
  std::vector<std::string> queues;  // "tax"
  Days days;
  std::string zone_name;
};

absl::CivilDay TodayIn(Office& office) {
  return absl::ToCivilDay(absl::FromUnixMillis(office.shard().now().millis()), office.zone());
}

absl::StatusOr<Task> TaskOf(Office& office, const v1::MakeForecastRequest& request,
                            const rpc::Caller& caller) {
  Task task;
  const absl::CivilDay today = TodayIn(office);
  task.days.first = today + 1;
  if (!request.start_date().empty()) {
    WISSEL_ASSIGN_OR_RETURN(task.days.first, ReadDay(request.start_date(), "startDate"));
  }
  if (task.days.first < today) {
    return RefuseField("startDate", "lies in the past", "today or a later day");
  }
  WISSEL_ASSIGN_OR_RETURN(
      const int days,
      ReadNumber(request.days() == 0 ? kUsualDays : request.days(), 1, kLongestDays, "days"));
  task.days.last = task.days.first + (days - 1);
  if (task.days.last > today + 2 * kLongestDays) {
    return RefuseField("startDate", "lies too far ahead",
                       fmt::format("a last day up to {}", WriteDay(today + 2 * kLongestDays)));
  }
  const int interval =
      request.interval_minutes() == 0 ? kUsualInterval : request.interval_minutes();
  if (interval != 15 && interval != 30 && interval != 60) {
    return RefuseField("intervalMinutes", fmt::format("{} is out of range", interval),
                       "15, 30 or 60");
  }
  WISSEL_RETURN_IF_ERROR(CheckText(request.note(), 500, "note"));
  const auto directory = office.directory();
  for (const std::string& queue : request.queues()) {
    WISSEL_ASSIGN_OR_RETURN(const QueueId id, FindByName<QueueId>(*directory, queue, "queues"));
    task.queues.push_back(directory->queues.Get(id).name);
  }
  if (task.queues.empty()) {
    directory->queues.ForEach(
        [&](QueueId, const QueueConfig& queue) { task.queues.push_back(queue.name); });
  }
  task.zone_name = directory->center.time_zone;
  task.head.set_user(caller.user);
  task.head.set_note(request.note());
  task.head.set_start_date(WriteDay(task.days.first));
  task.head.set_days(days);
  task.head.set_interval_minutes(interval);
  WriteTimestamp(office.shard().now(), task.head.mutable_create_time());
  return task;
}

absl::StatusOr<std::string> Carry(Office& office, Task task, LongRun& run) {
  const absl::CivilDay today = TodayIn(office);
  WISSEL_ASSIGN_OR_RETURN(std::vector<MadeForecast> forecasts,
                          MakeForecasts(office,
                                        {.queues = task.queues,
                                         .days = task.days,
                                         .until = std::min(today, task.days.first),
                                         .interval_minutes = task.head.interval_minutes(),
                                         .zone_name = task.zone_name},
                                        run));
  std::vector<ForecastSeries> made;
  for (MadeForecast& forecast : forecasts) {
    if (!forecast.series.queue().empty()) made.push_back(std::move(forecast.series));
    *task.head.add_queues() = std::move(forecast.summary);
  }
  const bool any =
      std::any_of(task.head.queues().begin(), task.head.queues().end(),
                  [](const v1::ForecastQueue& queue) { return !queue.method().empty(); });
  if (!any) {
    return Refuse(absl::StatusCode::kFailedPrecondition, "queues",
                  "nothing can be said of any of these queues: their history is too short",
                  "an import of earlier counts (HistoryService.ImportHistory)");
  }
  return office.OnStore([&](PlanStore& store) -> absl::StatusOr<std::string> {
    const absl::Status kept = store.Transact([&]() -> absl::Status {
      WISSEL_ASSIGN_OR_RETURN(const uint64_t number, store.NextNumber(kForecasts));
      task.head.set_name(NameOf(kForecasts, number));
      WISSEL_RETURN_IF_ERROR(store.Put({kForecasts, number}, task.head));
      for (const ForecastSeries& series : made) {
        WISSEL_RETURN_IF_ERROR(store.Put({kForecasts, number, series.queue()}, series));
      }
      return absl::OkStatus();
    });
    if (!kept.ok()) return kept;
    return task.head.name();
  });
}

absl::StatusOr<v1::ListForecastsResponse> List(PlanStore& store,
                                               const v1::ListForecastsRequest& request) {
  WISSEL_ASSIGN_OR_RETURN(const Page page, ReadPage(request.page_size(), request.page_token(), 0));
  const uint64_t before = request.page_token().empty() ? kFromNewest : page.from;
  WISSEL_ASSIGN_OR_RETURN(
      auto forecasts,
      ReadAll<Forecast>(store, kForecasts, static_cast<size_t>(page.size) + 1, before));
  v1::ListForecastsResponse response;
  for (auto& [number, forecast] : forecasts) {
    if (response.forecasts_size() == page.size) {
      response.set_next_page_token(PageToken(number + 1, 0));
      break;
    }
    *response.add_forecasts() = std::move(forecast);
  }
  return response;
}

// What came, beside what was said; before the forecast begins, what came alone.
absl::Status AddActuals(metrics::HistoryTables& history, const std::string& queue, const Days& days,
                        int interval_minutes, const std::string& zone, int64_t now_s,
                        ForecastSeries& series) {
  const std::string name = queue.substr(queue.find('/') + 1);
  WISSEL_ASSIGN_OR_RETURN(const auto rows, CameIn(history, name, days, interval_minutes, zone));
  std::map<int64_t, ForecastPoint> points;
  for (ForecastPoint& point : *series.mutable_points()) {
    points[point.start_time().seconds()] = std::move(point);
  }
  for (const SeriesRow& row : rows) {
    if (!row.known || row.end_s > now_s) continue;
    const auto count = static_cast<int64_t>(std::llround(row.sums.arrivals));
    const auto found = points.find(row.start_s);
    // Nobody came where nobody was expected: the night.
    if (found == points.end() && count == 0) continue;
    ForecastPoint& point = points[row.start_s];
    point.mutable_start_time()->set_seconds(row.start_s);
    point.set_actual(count);
  }
  series.clear_points();
  for (auto& [start, point] : points) *series.add_points() = std::move(point);
  return absl::OkStatus();
}

void KeepDays(const Days& days, absl::TimeZone zone, ForecastSeries& series) {
  ForecastSeries kept = series;
  kept.clear_points();
  for (ForecastPoint& point : *series.mutable_points()) {
    const absl::CivilDay day =
        absl::ToCivilDay(absl::FromUnixSeconds(point.start_time().seconds()), zone);
    if (days.Meet({day, day})) *kept.add_points() = std::move(point);
  }
  series = std::move(kept);
}

absl::StatusOr<ForecastSeries> Show(Office& office, PlanStore& store,
                                    const v1::GetForecastSeriesRequest& request) {
  WISSEL_ASSIGN_OR_RETURN(const StoredForecast forecast,
                          FindForecast(store, request.forecast(), "forecast"));
  WISSEL_RETURN_IF_ERROR(
      ReadNumber(request.history_days(), 0, kLongestDays, "historyDays").status());
  const absl::TimeZone zone = office.zone();
  WISSEL_ASSIGN_OR_RETURN(ForecastSeries series, PlannedSeries(store, forecast, request.queue(),
                                                               request.scenario(), zone));
  Days days = DaysOf(forecast.head);
  days.first -= request.history_days();
  if (!request.start_date().empty()) {
    WISSEL_ASSIGN_OR_RETURN(days.first, ReadDay(request.start_date(), "startDate"));
  }
  if (!request.end_date().empty()) {
    WISSEL_ASSIGN_OR_RETURN(days.last, ReadDay(request.end_date(), "endDate"));
  }
  if (days.last < days.first || days.count() > 2 * kLongestDays) {
    return RefuseField("endDate", "lies before the first day, or too far behind it",
                       fmt::format("up to {} days", 2 * kLongestDays));
  }
  if (auto history = office.HistoryOfStore(); history.ok()) {
    WISSEL_RETURN_IF_ERROR(AddActuals(
        **history, request.queue(), days, forecast.head.interval_minutes(),
        office.directory()->center.time_zone, office.shard().now().millis() / 1000, series));
  }
  KeepDays(days, zone, series);
  if (request.grain() == v1::GetForecastSeriesRequest::DAY) return ByDay(series, zone);
  return series;
}

absl::StatusOr<Empty> Delete(PlanStore& store, const std::string& name) {
  WISSEL_ASSIGN_OR_RETURN(const uint64_t number, NumberOf(kForecasts, name, "name"));
  WISSEL_ASSIGN_OR_RETURN(const bool found, store.Delete(kForecasts, number));
  if (!found) return NoSuchName("name", name);
  return Empty();
}

void RegisterReading(rpc::MethodTable& table, Office& office, Intraday& intraday, Access look) {
  table.Unary<v1::ListForecastsRequest, v1::ListForecastsResponse>(
      "wissel.v1.ForecastService.ListForecasts", look,
      [&office](const Context&, const v1::ListForecastsRequest& request,
                Reply<v1::ListForecastsResponse> reply) {
        office.Look(std::move(reply), [request](PlanStore& store) { return List(store, request); });
      });
  table.Unary<v1::GetForecastRequest, Forecast>(
      "wissel.v1.ForecastService.GetForecast", look,
      [&office](const Context&, const v1::GetForecastRequest& request, Reply<Forecast> reply) {
        office.Look(std::move(reply),
                    [name = request.name()](PlanStore& store) -> absl::StatusOr<Forecast> {
                      WISSEL_ASSIGN_OR_RETURN(StoredForecast found,
                                              FindForecast(store, name, "name"));
                      return std::move(found.head);
                    });
      });
  table.Unary<v1::GetForecastSeriesRequest, ForecastSeries>(
      "wissel.v1.ForecastService.GetForecastSeries", look,
      [&office](const Context&, const v1::GetForecastSeriesRequest& request,
                Reply<ForecastSeries> reply) {
        office.Look(std::move(reply),
                    [&office, request](PlanStore& store) { return Show(office, store, request); });
      });
  table.Unary<v1::GetForecastAccuracyRequest, v1::ForecastAccuracy>(
      "wissel.v1.ForecastService.GetForecastAccuracy", look,
      [&office](const Context&, const v1::GetForecastAccuracyRequest& request,
                Reply<v1::ForecastAccuracy> reply) {
        office.Study(std::move(reply), [&office, request](metrics::HistoryTables& history) {
          return JudgeForecasts(office, history, request);
        });
      });
  table.Unary<v1::GetIntradayForecastRequest, v1::IntradayForecast>(
      "wissel.v1.ForecastService.GetIntradayForecast", look,
      [&office, &intraday](const Context&, const v1::GetIntradayForecastRequest& request,
                           Reply<v1::IntradayForecast> reply) {
        const auto queue = FindByName<QueueId>(*office.directory(), request.queue(), "queue");
        if (!queue.ok()) return reply(queue.status());
        office.Study(std::move(reply),
                     [&office, &intraday, name = request.queue()](
                         metrics::HistoryTables& history) -> absl::StatusOr<v1::IntradayForecast> {
                       WISSEL_ASSIGN_OR_RETURN(
                           const auto planned,
                           office.OnStore([day = intraday.today()](PlanStore& store) {
                             return ForecastsOf(store, day);
                           }));
                       return intraday.Forecast(history, planned, name);
                     });
      });
}

}  // namespace

void RegisterForecasts(rpc::MethodTable& table, Office& office, Intraday& intraday) {
  const Access change = Access::Of({Role::kPlanner, Role::kAdmin});
  RegisterReading(table, office, intraday,
                  Access::Of({Role::kPlanner, Role::kManager, Role::kAdmin}));
  table.Unary<v1::MakeForecastRequest, v1::Operation>(
      "wissel.v1.ForecastService.MakeForecast", change,
      [&office](const Context& context, const v1::MakeForecastRequest& request,
                Reply<v1::Operation> reply) {
        auto task = TaskOf(office, request, context.caller);
        if (!task.ok()) return reply(task.status());
        office.Change(context, "MakeForecast", request, std::move(reply),
                      [&office, task = *std::move(task),
                       user = context.caller.user](PlanStore&) -> absl::StatusOr<v1::Operation> {
                        return office.operations().Begin(
                            v1::Operation::FORECAST, user,
                            [&office, task](LongRun& run) { return Carry(office, task, run); });
                      });
      });
  table.Unary<v1::DeleteForecastRequest, Empty>(
      "wissel.v1.ForecastService.DeleteForecast", change,
      [&office](const Context&, const v1::DeleteForecastRequest& request, Reply<Empty> reply) {
        office.Look(std::move(reply),
                    [name = request.name()](PlanStore& store) { return Delete(store, name); });
      });
}

}  // namespace wissel::forecasting
