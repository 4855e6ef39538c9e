/** `batch-main.yaml`: what holds for every batch, as its schema lets it through. Times are in seconds, sizes in bytes. */
export interface BatchMainFile {
  interfaces?: {
    serial?: { type?: 'serial'; baudrate?: number; flash_baudrate?: number; timeout?: number };
    network?: { type?: 'network'; timeout?: number; port?: number };
    usb?: { type?: 'usb'; timeout?: number };
  };
  flash_settings?: {
    max_concurrent?: number;
    timeout?: number;
    max_retries?: number;
    verify_after_flash?: boolean;
    backup_before_flash?: boolean;
  };
  device_types?: Record<string, DeviceType>;
  quality_gates?: {
    min_success_rate?: number;
    max_failure_rate?: number;
    require_verification?: boolean;
    stop_on_failure_threshold?: boolean;
  };
  firmware_validation?: {
    validate_before_flash?: boolean;
    check_file_size?: boolean;
    verify_checksum?: boolean;
    validate_signature?: boolean;
    check_compatibility?: boolean;
  };
  performance_thresholds?: {
    max_flash_time?: number;
    min_flash_time?: number;
    max_verification_time?: number;
  };
  error_handling?: {
    auto_retry?: boolean;
    max_retry_attempts?: number;
    retry_delay?: number;
    exponential_backoff?: boolean;
    circuit_breaker?: boolean;
  };
  rollback_settings?: {
    auto_rollback?: boolean;
    backup_before_flash?: boolean;
    rollback_on_failure?: boolean;
    rollback_timeout?: number;
  };
  logging?: { log_level?: string; detailed_logging?: boolean; verbose_output?: boolean };
}

export interface DeviceType {
  interface?: 'serial' | 'network' | 'usb';
  flash_baudrate?: number;
  chip?: string;
  flash_address?: number | string;
  max_firmware_size?: number;
}
