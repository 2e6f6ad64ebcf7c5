# The seeded world of the whole engine.
add_library(wissel_simulation STATIC
  ${CMAKE_CURRENT_LIST_DIR}/canary.cc
  ${CMAKE_CURRENT_LIST_DIR}/performance.cc
  ${CMAKE_CURRENT_LIST_DIR}/shrink.cc
  ${CMAKE_CURRENT_LIST_DIR}/simulation.cc
  ${CMAKE_CURRENT_LIST_DIR}/small_scope.cc)
target_link_libraries(wissel_simulation PUBLIC wissel_flags wissel_reference)

# wissel_sim SEED: one world again.
add_executable(wissel_sim ${CMAKE_CURRENT_LIST_DIR}/sim_main.cc)
target_link_libraries(wissel_sim PRIVATE wissel_simulation)

wissel_test(simulation_test
  SOURCES ${CMAKE_CURRENT_LIST_DIR}/simulation_test.cc
  DEPS wissel_simulation
  LABELS simulation)

wissel_test(small_scope_test
  SOURCES ${CMAKE_CURRENT_LIST_DIR}/small_scope_test.cc
  DEPS wissel_simulation
  LABELS simulation)

# Days that are recorded and run again, with nothing otherwise and with other rules.
add_library(wissel_recorded_day STATIC ${CMAKE_CURRENT_LIST_DIR}/recorded_day.cc)
target_link_libraries(wissel_recorded_day PUBLIC wissel_flags wissel_forecasting_core wissel_reference)

wissel_test(rerun_test
  SOURCES ${CMAKE_CURRENT_LIST_DIR}/rerun_test.cc
  DEPS wissel_simulation wissel_forecasting_core wissel_router_journal
  LABELS simulation)

wissel_test(what_if_test
  SOURCES ${CMAKE_CURRENT_LIST_DIR}/what_if_test.cc
  DEPS wissel_recorded_day
  LABELS fast)
# Begun first where several run at once.
set_tests_properties(simulation_test rerun_test small_scope_test PROPERTIES COST 100)
