wissel_store_test(plan_store_test SOURCES ${CMAKE_CURRENT_LIST_DIR}/plan_store_test.cc DEPS wissel_plan_store LABELS fast)
wissel_test(operations_test SOURCES ${CMAKE_CURRENT_LIST_DIR}/operations_test.cc DEPS wissel_planning LABELS fast)
wissel_test(planning_service_test SOURCES ${CMAKE_CURRENT_LIST_DIR}/planning_events_test.cc
                    ${CMAKE_CURRENT_LIST_DIR}/planning_day_test.cc
                    ${CMAKE_CURRENT_LIST_DIR}/planning_feed_test.cc
                    ${CMAKE_CURRENT_LIST_DIR}/planning_schedule_test.cc
            DEPS wissel_planning wissel_agents_service wissel_router_core wissel_rpc LABELS fast)
wissel_test(planning_simulation_test SOURCES ${CMAKE_CURRENT_LIST_DIR}/planning_simulation_test.cc
            DEPS wissel_planning wissel_agents_service wissel_router_core wissel_rpc)
