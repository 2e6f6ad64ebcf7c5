wissel_store_test(radar_test
            SOURCES ${CMAKE_CURRENT_LIST_DIR}/radar_test.cc ${CMAKE_CURRENT_LIST_DIR}/history_test.cc
            DEPS wissel_metrics_service LABELS fast)
