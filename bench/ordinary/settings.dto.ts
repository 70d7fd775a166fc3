import { Expose } from 'class-transformer';
import { IsString, Length } from 'class-validator';

export class SaveSettingsDto {
  @IsString()
  @Length(8, 512)
  apiKey!: string;
}

export class SettingsDto {
  @Expose() configured!: boolean;
  @Expose() apiKey!: string | null;
  @Expose() updatedAt!: Date | null;
  @Expose() verifiedAt!: Date | null;
  @Expose() status!: string;
}
