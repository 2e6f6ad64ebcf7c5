# The shadow model, the naive router and the inspector: shared by reference, simulation and fuzz.
add_library(wissel_reference STATIC
  ${CMAKE_CURRENT_LIST_DIR}/command_rules.cc
  ${CMAKE_CURRENT_LIST_DIR}/comparison.cc
  ${CMAKE_CURRENT_LIST_DIR}/event_rules.cc
  ${CMAKE_CURRENT_LIST_DIR}/inspector.cc
  ${CMAKE_CURRENT_LIST_DIR}/model.cc
  ${CMAKE_CURRENT_LIST_DIR}/model_configuration.cc
  ${CMAKE_CURRENT_LIST_DIR}/model_partners.cc
  ${CMAKE_CURRENT_LIST_DIR}/model_supervise.cc
  ${CMAKE_CURRENT_LIST_DIR}/reference_partners.cc
  ${CMAKE_CURRENT_LIST_DIR}/model_talk.cc
  ${CMAKE_CURRENT_LIST_DIR}/model_work.cc
  ${CMAKE_CURRENT_LIST_DIR}/random_center.cc
  ${CMAKE_CURRENT_LIST_DIR}/random_people.cc
  ${CMAKE_CURRENT_LIST_DIR}/random_rules.cc
  ${CMAKE_CURRENT_LIST_DIR}/reference_router.cc
  ${CMAKE_CURRENT_LIST_DIR}/rules_at_rest.cc)
target_link_libraries(wissel_reference PUBLIC wissel_flags wissel_router_core)

wissel_test(explanation_test
  SOURCES ${CMAKE_CURRENT_LIST_DIR}/explanation_test.cc
  DEPS wissel_simulation
  LABELS reference)

wissel_test(reference_test
  SOURCES ${CMAKE_CURRENT_LIST_DIR}/reference_test.cc
  DEPS wissel_simulation
  LABELS reference)

wissel_test(rules_test
  SOURCES ${CMAKE_CURRENT_LIST_DIR}/rules_test.cc
  DEPS wissel_simulation
  LABELS reference)
