wissel_test(wait_estimate_test
            SOURCES ${CMAKE_CURRENT_LIST_DIR}/wait_estimate_test.cc
                    ${CMAKE_CURRENT_LIST_DIR}/wait_methods_test.cc
            DEPS wissel_router_core LABELS fast)
