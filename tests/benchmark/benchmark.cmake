# Figures beside their limits: `./dev bench`. No test.
add_executable(wissel_bench
  ${CMAKE_CURRENT_LIST_DIR}/bare_index.cc
  ${CMAKE_CURRENT_LIST_DIR}/bench_main.cc
  ${CMAKE_CURRENT_LIST_DIR}/callers.cc
  ${CMAKE_CURRENT_LIST_DIR}/child_process.cc
  ${CMAKE_CURRENT_LIST_DIR}/closed_loop.cc
  ${CMAKE_CURRENT_LIST_DIR}/cluster_bench.cc
  ${CMAKE_CURRENT_LIST_DIR}/contacts_bench.cc
  ${CMAKE_CURRENT_LIST_DIR}/engine_bench.cc
  ${CMAKE_CURRENT_LIST_DIR}/events_bench.cc
  ${CMAKE_CURRENT_LIST_DIR}/figures.cc
  ${CMAKE_CURRENT_LIST_DIR}/forecast_bench.cc
  ${CMAKE_CURRENT_LIST_DIR}/full_rules_bench.cc
  ${CMAKE_CURRENT_LIST_DIR}/grpc_bench.cc
  ${CMAKE_CURRENT_LIST_DIR}/history_bench.cc
  ${CMAKE_CURRENT_LIST_DIR}/journal_bench.cc
  ${CMAKE_CURRENT_LIST_DIR}/live_bench.cc
  ${CMAKE_CURRENT_LIST_DIR}/open_load.cc
  ${CMAKE_CURRENT_LIST_DIR}/overload_bench.cc
  ${CMAKE_CURRENT_LIST_DIR}/planning_bench.cc
  ${CMAKE_CURRENT_LIST_DIR}/served_center.cc
  ${CMAKE_CURRENT_LIST_DIR}/surge_bench.cc
  ${CMAKE_CURRENT_LIST_DIR}/whatif_bench.cc)
target_link_libraries(wissel_bench PRIVATE wissel_flags wissel_router_core wissel_router_journal wissel_contacts wissel_stubs wissel_gateway
                      wissel_recorded_day wissel_events wissel_metrics_history wissel_forecasting_volumes
                      wissel_simulated_models wissel_cluster wissel_postgres_testing)
# Each bench has constants of its own, of the same names.
set_target_properties(wissel_bench PROPERTIES UNITY_BUILD OFF)
target_compile_definitions(wissel_bench PRIVATE WISSEL_BINARY="$<TARGET_FILE:wissel>")
add_dependencies(wissel_bench wissel)
