wissel_test(config_file_test SOURCES ${CMAKE_CURRENT_LIST_DIR}/config_file_test.cc DEPS wissel_config LABELS fast)
wissel_test(feed_test SOURCES ${CMAKE_CURRENT_LIST_DIR}/feed_test.cc DEPS wissel_feed LABELS fast)
wissel_test(server_test SOURCES ${CMAKE_CURRENT_LIST_DIR}/server_test.cc DEPS wissel_server LABELS fast)
wissel_test(rules_service_test SOURCES ${CMAKE_CURRENT_LIST_DIR}/rules_service_test.cc DEPS wissel_server LABELS fast)
