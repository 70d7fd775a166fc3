import { Expose, Type } from 'class-transformer';
import { IsInt, IsOptional, Max, Min } from 'class-validator';

export class ListCallsDto {
  @IsOptional()
  @Type(() => Number)
  @IsInt()
  @Min(1)
  page = 1;

  @IsOptional()
  @Type(() => Number)
  @IsInt()
  @Min(1)
  @Max(100)
  limit = 25;
}

export class CallSummaryDto {
  @Expose() id!: string;
  @Expose() customer!: string | null;
  @Expose() status!: string | null;
  @Expose() direction!: string | null;
  @Expose() startedAt!: Date | null;
  @Expose() endedAt!: Date | null;
  @Expose() durationSeconds!: number | null;
  @Expose() summary!: string | null;
  @Expose() phoneNumberId!: string | null;
  @Expose() cost!: number | null;
  @Expose() endedReason!: string | null;
  @Expose() createdAt!: Date;
}

export class CallDto extends CallSummaryDto {
  @Expose() transcript!: string | null;
  @Expose() messages!: object[] | null;
  @Expose() recordingUrl!: string | null;
  @Expose() provider!: string | null;
  @Expose() providerCallId!: string | null;
  @Expose() notes!: string | null;
  @Expose() tags!: string[];
  @Expose() erasedAt!: Date | null;
}
