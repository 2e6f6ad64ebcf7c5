set(service_deps wissel_router_service wissel_agents_service wissel_router_core wissel_rpc)
wissel_test(service_people_test SOURCES ${CMAKE_CURRENT_LIST_DIR}/service_people_test.cc
            DEPS wissel_agents_service LABELS fast)
wissel_test(service_test
            SOURCES ${CMAKE_CURRENT_LIST_DIR}/service_agent_test.cc
                    ${CMAKE_CURRENT_LIST_DIR}/service_config_test.cc
                    ${CMAKE_CURRENT_LIST_DIR}/service_hours_test.cc
                    ${CMAKE_CURRENT_LIST_DIR}/service_partners_test.cc
                    ${CMAKE_CURRENT_LIST_DIR}/service_rules_test.cc
                    ${CMAKE_CURRENT_LIST_DIR}/service_supervise_test.cc
                    ${CMAKE_CURRENT_LIST_DIR}/service_talk_test.cc
                    ${CMAKE_CURRENT_LIST_DIR}/service_waits_test.cc
                    ${CMAKE_CURRENT_LIST_DIR}/service_work_test.cc
            DEPS ${service_deps} LABELS fast)
wissel_test(service_sequencer_test SOURCES ${CMAKE_CURRENT_LIST_DIR}/service_sequencer_test.cc
            DEPS ${service_deps} LABELS fast)
