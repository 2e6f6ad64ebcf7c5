# The language of the scenarios, and every *.scenario file as a test.
add_library(wissel_scenario STATIC
  ${CMAKE_CURRENT_LIST_DIR}/queue_words.cc
  ${CMAKE_CURRENT_LIST_DIR}/stage.cc
  ${CMAKE_CURRENT_LIST_DIR}/stage_facts.cc
  ${CMAKE_CURRENT_LIST_DIR}/stage_questions.cc
  ${CMAKE_CURRENT_LIST_DIR}/stage_rules.cc
  ${CMAKE_CURRENT_LIST_DIR}/stage_talk.cc
  ${CMAKE_CURRENT_LIST_DIR}/words.cc)
target_link_libraries(wissel_scenario PUBLIC wissel_flags wissel_router_core)

wissel_test(scenario_test
  SOURCES ${CMAKE_CURRENT_LIST_DIR}/scenario_test.cc
  DEPS wissel_scenario
  LABELS fast)
